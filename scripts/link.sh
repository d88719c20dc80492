#!/bin/sh
# Links what `make build` has compiled once more, for use without the toolchain: Swift's own
# library inside, symbols stripped, with the commit and the compiler for `zk --version --verbose`.
# It takes seconds where a build with other flags takes minutes.
#
# usage: link.sh BUILD OUT   BUILD: SwiftPM's folder of the configuration, OUT: the program
set -eu

build=$1
out=$2
cd "$(dirname "$0")/.."
objects=$build/zk.product/Objects.LinkFileList
[ -f "$objects" ] || {
  echo "link: $objects is not there; run make build" >&2
  exit 1
}

commit=$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
if [ "$commit" != unknown ] && [ -n "$(git status --porcelain --untracked-files=no)" ]; then
  commit="$commit with changes"
fi
# One line of plain characters, as it goes into a string of C.
compiler=$(swiftc --version 2>/dev/null | head -n 1 | tr -cd 'A-Za-z0-9 .()+-')

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cat >"$tmp/build.c" <<EOF
#include "zk_build.h"
const char *zk_build(void) { return "commit\t$commit\ncompiler\t$compiler\n"; }
EOF
clang -O2 -I Sources/CBuild/include -c "$tmp/build.c" -o "$tmp/build.o"

libxml=$(pkg-config --libs libxml-2.0)
# The parts of Foundation that the static library needs are named by no object of ours.
# shellcheck disable=SC2086 # several options
swiftc -static-stdlib -emit-executable -module-name zk -o "$tmp/zk" \
  "@$objects" "$tmp/build.o" $libxml \
  -l_FoundationCShims -l_FoundationCollections \
  -Xlinker --gc-sections -Xlinker --defsym -Xlinker main=zk_main -Xlinker -s \
  -Xlinker -z -Xlinker now \
  2>"$tmp/messages" || {
  cat "$tmp/messages" >&2
  exit 1
}
strip --remove-section=.comment "$tmp/zk"
mkdir -p "$(dirname "$out")"
mv "$tmp/zk" "$out"
