#!/bin/sh
# Makes the documentation of the library, where a build is: scripts/library-docs.sh FOLDER. A link that
# leads nowhere is an error.
set -eu

[ $# -eq 1 ] || { sed -n '2,3s/^# \{0,1\}//p' "$0" >&2; exit 64; }
output=$1
cd "$(dirname "$0")/.."
build=.build/release
tools=$(dirname "$(readlink -f "$(command -v swift)")")
graphs=$(mktemp -d)
trap 'rm -rf "$graphs"' EXIT

maps=
for library in CZstd CBZip2 CZlib CLZMA CLibXML2; do
  maps="$maps -Xcc -fmodule-map-file=Sources/$library/module.modulemap"
done
for room in Base Engine Model Text Evaluation Training Core; do
  # shellcheck disable=SC2086
  "$tools/swift-symbolgraph-extract" -module-name "Zonkey$room" -I "$build/Modules" $maps \
    -Xcc -fmodule-map-file="$build/ZonkeyKernels.build/module.modulemap" \
    -Xcc -fmodule-map-file="$build/COpenBLAS.build/module.modulemap" \
    -Xcc -ISources/ZonkeyKernels/include -Xcc -ISources/COpenBLAS/include \
    -Xcc -I/usr/include/libxml2 \
    -target "$(uname -m)-unknown-linux-gnu" -minimum-access-level public \
    -skip-synthesized-members -output-dir "$graphs"
done
# To its users the library is one module.
sed -i -E 's/"(module":\{"name|extendedModule)":"Zonkey[A-Za-z]+"/"\1":"ZonkeyCore"/g' "$graphs"/*.json
for graph in "$graphs"/*@*; do
  mv "$graph" "$graphs/$(basename "$graph" | tr @ -)"
done
"$tools/docc" convert Sources/ZonkeyCore/Core/ZonkeyCore.docc --warnings-as-errors \
  --fallback-display-name ZonkeyCore --fallback-bundle-identifier zk.ZonkeyCore \
  --additional-symbol-graph-dir "$graphs" --output-path "$output"
