#!/bin/sh
# Installs or removes the man pages, the completions and the default model under the prefix given.
#
# usage: install-data.sh install|remove PREFIX [ZSH-FOLDER]
#   ZSH-FOLDER: where zsh looks for completions, below PREFIX; share/zsh/site-functions if not named
set -eu

action=$1
prefix=$2
zsh=${3:-share/zsh/site-functions}
cd "$(dirname "$0")/.."

# put FILE FOLDER [NAME]: installs FILE, when there is one, in FOLDER under the prefix, or removes
# it there.
put() {
  name=${3:-$(basename "$1")}
  if [ "$action" = remove ]; then
    rm -f "$prefix/$2/$name"
    return 0
  fi
  [ -f "$1" ] || return 0
  install -d "$prefix/$2"
  install -m 644 "$1" "$prefix/$2/$name"
}

for page in man/*.1; do
  put "$page" share/man/man1
done
put completions/zk.bash share/bash-completion/completions zk
put completions/_zk "$zsh"
put completions/zk.fish share/fish/vendor_completions.d
put share/zk/default.zk share/zk
if [ "$action" = remove ] && [ -d "$prefix/share/zk" ]; then
  rmdir --ignore-fail-on-non-empty "$prefix/share/zk"
fi
