#!/bin/bash
# What does training give for how long? Models of one level in three widths, each trained for three times; a line
# each: width, parameters, minutes, megabytes of text, word F1, round trip with true starts.
#
# usage: judge-scaling.sh CORPUS LINES >scaling.tsv; scripts/scaling-plot.py <scaling.tsv >docs/scaling.svg
# environment: ZK, the program; MINUTES, "1 3 9" when not set; THREADS, all processors when not set
set -euo pipefail

corpus=$1 lines=$2
zk=${ZK:-zk}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
if [ -n "${THREADS:-}" ]; then export ZK_THREADS=$THREADS; fi

for width in 32 64 128; do
  echo "{\"levels\": [{\"width\": $width, \"heads\": $((width / 16))}]}" >"$tmp/config.json"
  for minutes in ${MINUTES:-1 3 9}; do
    rm -f "$tmp/model.zk"
    "$zk" train -q --corpus "$corpus" --preset tiny --config "$tmp/config.json" --seed 4 \
      --time "${minutes}m" -o "$tmp/model.zk"
    "$zk" info --json "$tmp/model.zk" >"$tmp/info"
    "$zk" eval -m "$tmp/model.zk" --only boundaries --only roundtrip --format json "$lines" >"$tmp/eval"
    python3 - "$width" "$minutes" "$tmp/info" "$tmp/eval" <<'PYTHON'
import json
import sys

width, minutes = sys.argv[1:3]
info, report = (json.load(open(path)) for path in sys.argv[3:])
print(
    width, info["parameters"], minutes, round(info["training_bytes"] / 1e6, 2),
    report["boundaries"][0]["f1"], report["round_trip"][0]["byte_accuracy"], sep="\t", flush=True)
PYTHON
  done
done
