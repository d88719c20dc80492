#!/bin/sh
# Generates man/ and completions/ from what the program says of itself.
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
