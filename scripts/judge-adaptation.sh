#!/bin/bash
# Does a model adapt to a domain? Word starts and round trip at level 0 on TEST: of the default model, of the
# same after MINUTES of training on TRAIN, and of one trained on TRAIN alone for six times as long.
#
# usage: judge-adaptation.sh TRAIN TEST [MINUTES [SENTENCEPIECE]]
#   TRAIN          text, in any form that zk reads
#   TEST           rows of JSON with "text", and "starts" where words do not begin behind spaces
#   MINUTES        10 when not given
#   SENTENCEPIECE  a model of that package: the fixed tokenizer to compare with
# environment: ZK, the program; the one on PATH when not set. ZK_MODEL, the model to begin with.
set -euo pipefail

judges=$(realpath "$(dirname "$0")/judges")
train=$1 test=$2 minutes=${3:-10}
zk=${ZK:-zk}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# judge NAME MODEL...
judge() {
  "$zk" split --level 0 "${@:2}" "$test" >"$tmp/rows"
  echo "$1 words $("$judges/score_words.py" "$test" "$tmp/rows")"
  "$zk" encode -q --level 0 "${@:2}" -o "$tmp/latents" "$test"
  for starts in "" --infer-starts; do
    "$zk" decode -q --format jsonl $starts "${@:2}" "$tmp/latents" >"$tmp/decoded"
    echo "$1 round trip $starts $("$judges/roundtrip.py" "$test" "$tmp/decoded")"
  done
}

if [ -n "${4:-}" ]; then
  "$judges/sentencepiece_splits.py" "$4" <"$test" >"$tmp/rows"
  echo "sentencepiece words $("$judges/score_words.py" "$test" "$tmp/rows")"
fi
judge before

# The splitter stays: so little text, of which it is not told where words begin, would only unsettle it.
"$zk" export "${ZK_MODEL:-$("$zk" info --json | sed 's/.*"file":"\([^"]*\)".*/\1/')}" -o "$tmp/before.zk"
cat >"$tmp/adapt.json" <<'JSON'
{"levels": [{"learningRateShare": 1, "documentLength": 768, "splitterToByte": 1}, {"learningRateShare": 0}],
 "learningRate": 1e-3, "warmupSteps": 30, "decayShare": 0.8, "lastNoiseStep": 0.05,
 "weights": {"maskedModelling": 0}}
JSON
"$zk" train -q --corpus "$train" --from "$tmp/before.zk" --config "$tmp/adapt.json" --seed 4 \
  --time "${minutes}m" -o "$tmp/adapted.zk"
judge adapted -m "$tmp/adapted.zk"

echo '{"levels": [{}]}' >"$tmp/one.json"
"$zk" train -q --corpus "$train" --preset tiny --config "$tmp/one.json" --seed 4 \
  --time "$((minutes * 6))m" -o "$tmp/scratch.zk"
judge scratch -m "$tmp/scratch.zk"
