#!/bin/sh
# Installs the man pages, the completions and the default model under the prefix given.
set -eu

prefix=$1
cd "$(dirname "$0")/.."

# put FILE FOLDER [NAME]: installs FILE, when there is one, in FOLDER under the prefix.
put() {
  [ -f "$1" ] || return 0
  install -d "$prefix/$2"
  install -m 644 "$1" "$prefix/$2/${3:-$(basename "$1")}"
}

for page in man/*.1; do
  put "$page" share/man/man1
done
put completions/zk.bash share/bash-completion/completions zk
put completions/_zk share/zsh/site-functions
put completions/zk.fish share/fish/vendor_completions.d
put share/zk/default.zk share/zk
