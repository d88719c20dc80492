#!/bin/sh
# Trains a small model on an invented encyclopaedia and splits fresh sentences with it.
#
# usage: demo.sh [ZK]      the program; .build/release/zk when none is named
# environment: DEMO_TIME   how long to train, 90s when not set
set -eu
export LC_ALL=C # awk counts bytes, as zk does

root=$(dirname "$0")/..
zk=$(realpath "${1:-$root/.build/release/zk}")
cd "$root"
corpus=Tests/Fixtures/demo-wiki.xml
lines=Tests/Fixtures/demo-lines.txt

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# run VERB…: shows a command as a user would type it, and runs it.
run() {
  {
    printf '$ zk'
    for word in "$@"; do
      case $word in
      *[!A-Za-z0-9_./=:,-]*) printf " '%s'" "$word" ;;
      *) printf ' %s' "$word" ;;
      esac
    done
    echo
  } >&2
  "$zk" "$@"
}

title() {
  printf '\n%s\n\n' "$1"
}

title "1. Train on 42 articles, from nothing, for ${DEMO_TIME:-90s}."
run train --corpus "$corpus" --config Tests/Fixtures/demo.json --time "${DEMO_TIME:-90s}" --seed 1 \
  -o "$tmp/demo.zk"

title "2. Split sentences that the model has never seen."
run split -m "$tmp/demo.zk" --format text --separator '|' "$lines" | head

title "3. The same as rows: byte offsets, and how sure the model is of each start."
run split -m "$tmp/demo.zk" "$lines" >"$tmp/rows.jsonl"
head -n 5 "$tmp/rows.jsonl"

title "4. How many segments begin where a word begins? Nobody told the model what a word is."
awk -f scripts/score-starts.awk "$lines" "$tmp/rows.jsonl"

# Level 1 of the model that comes with zk took hours to train: a minute and a half teaches words alone.
title "5. The model that comes with zk: lines as vectors of sentences, and back. Rare words come back wrong."
head -n 4 "$lines" >"$tmp/lines.txt"
cat "$tmp/lines.txt"
run encode --level 1 -o "$tmp/latents.jsonl" "$tmp/lines.txt"
run decode "$tmp/latents.jsonl"

title "6. Two documents from noise. They have no order yet: docs/model-card.md says how far they are from text."
run generate --count 2 --seed 1 --max-bytes 200
