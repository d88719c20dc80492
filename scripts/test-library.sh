#!/bin/sh
# Builds and runs a package that depends on the library by version, from a clone with a tag.
set -eu

cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

git clone -q --no-hardlinks . "$folder/zk"
git -C "$folder/zk" tag 1.0.0
cp -R Tests/LibraryUser "$folder/user"
cd "$folder/user"
ZK_REPOSITORY="file://$folder/zk" swift build -q --disable-index-store
seq -f 'Line %g has words, words and words again.' 500 >corpus.txt
.build/debug/LibraryUser "$folder/zk/share/zk/default.zk" corpus.txt model.zk >output.txt
cat output.txt
test "$(head -n 2 output.txt | tr -d '|')" = "Segments are learned,
not given."
test -s model.zk
