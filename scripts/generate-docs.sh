#!/bin/sh
# Generates man/ and completions/ from the options that the program declares.
#
# usage: generate-docs.sh ZK
set -eu

zk=$(realpath "$1")
cd "$(dirname "$0")/.."
# The date of the last release, so that the same code gives the same pages.
date=2026-01-01

mkdir -p completions man
"$zk" --generate-completion-script bash >completions/zk.bash
"$zk" --generate-completion-script zsh >completions/_zk
"$zk" --generate-completion-script fish >completions/zk.fish

# A scratch folder of its own: the plugin builds with other flags than `make build`.
swift package --scratch-path .build-install generate-manual \
  --configuration release --multi-page --date "$date" >/dev/null
rm -f man/*.1
for page in .build-install/plugins/GenerateManual/outputs/zk/*.1; do
  name=$(basename "$page" .1)
  case $name in
  *.help) continue ;;
  esac
  # Pages of subcommands are named as git's are: zk-split, not zk.split.
  sed '/^\.Xr zk\.help/d; s/\bzk\.\([a-z]\)/zk-\1/g; s/^\.Dt ZK\./.Dt ZK-/' "$page" \
    >"man/$(echo "$name" | tr . -).1"
done
