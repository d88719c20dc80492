#!/bin/sh
# Generates man/, completions/ and the help that the tests expect from the declared options.
#
# usage: generate-docs.sh ZK
set -eu

zk=$(realpath "$1")
cd "$(dirname "$0")/.."

mkdir -p completions man
"$zk" --generate-completion-script bash >completions/zk.bash
"$zk" --generate-completion-script zsh >completions/_zk
"$zk" --generate-completion-script fish >completions/zk.fish

rm -f man/*.1
"$zk" --generate-manual >man/zk.1
# The verbs are what help lists.
for verb in $("$zk" --help | sed -n "/^SUBCOMMANDS:/,/^\$/s/^  \([a-z]*\) .*/\1/p"); do
  "$zk" --generate-manual "$verb" >"man/zk-$verb.1"
done

mkdir -p Tests/Fixtures/help
rm -f Tests/Fixtures/help/*.txt
for page in man/*.1; do
  name=$(basename "$page" .1)
  COLUMNS=80 "$zk" $(echo "$name" | sed "s/^zk-*//") --help >"Tests/Fixtures/help/$name.txt"
done
