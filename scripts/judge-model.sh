#!/bin/sh
# Judges a model on lines of text: word and sentence starts, and what comes back from its latents.
#
# usage: judge-model.sh LINES [MODEL]
#   LINES  documents, one a line
#   MODEL  a checkpoint; the one that zk uses by default when none is named
# environment: ZK, the program; the one on PATH when not set
set -eu

judges=$(dirname "$0")/judges
lines=$1
zk=${ZK:-zk}
if [ $# -gt 1 ]; then export ZK_MODEL="$2"; fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

echo "model $("$zk" info --json | sed 's/.*"model":"\([0-9a-f]*\)".*/\1/')"
levels=$("$zk" info | grep -c '^level ')
level=0
while [ "$level" -lt "$levels" ]; do
  "$zk" split --level "$level" "$lines" >"$tmp/rows"
  printf 'level %d split         ' "$level"
  "$judges/boundaries.py" --level "$level" <"$tmp/rows"
  "$zk" encode --level "$level" -o "$tmp/latents" "$lines"
  "$zk" decode -o "$tmp/true" "$tmp/latents"
  "$zk" decode --infer-starts -o "$tmp/inferred" "$tmp/latents"
  printf 'level %d true starts   ' "$level"
  "$judges/roundtrip.py" "$lines" "$tmp/true"
  printf 'level %d inferred      ' "$level"
  "$judges/roundtrip.py" "$lines" "$tmp/inferred"
  level=$((level + 1))
done
