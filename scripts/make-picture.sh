#!/bin/sh
# Makes docs/split.png, the picture in the README: a page of `zk split --html` in headless Chromium.
#
# usage: make-picture.sh ZK   with chromium, pngquant and the font P052, which `make picture` installs
set -eu

zk=$(realpath "$1")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The sentences of the README's tour on one line, so that the upper level has something to find.
sed -n "/^cat > notes.txt/,/^END/p" README.md | sed '1d;$d' | paste -sd ' ' >"$work/notes.txt"
"$zk" split -q --html "$work/notes.html" -o /dev/null "$work/notes.txt"

# Chromium's sandbox does not work for root.
sandbox=
[ "$(id -u)" -ne 0 ] || sandbox=--no-sandbox
chromium --headless $sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/profile" \
  --window-size=1200,800 --screenshot="$work/page.png" "file://$work/notes.html" 2>"$work/log" || {
  tail -n 5 "$work/log" >&2
  exit 1
}
pngquant --force --speed 1 --strip 64 --output docs/split.png "$work/page.png"
echo "docs/split.png: $(wc -c <docs/split.png) bytes"
