#!/bin/sh
# The library as another package has it: builds one that depends on it by version, from a clone with a
# tag, whose programs are the code blocks of the documentation's articles, and runs these.
set -eu

cd "$(dirname "$0")/.."
articles=$PWD/Sources/ZonkeyCore/Core/ZonkeyCore.docc
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

git clone -q --no-hardlinks . "$folder/zk"
git -C "$folder/zk" tag 1.0.0
cp -R Tests/LibraryUser "$folder/user"
cd "$folder/user"
for article in UsingAModel TrainingAModel; do
  mkdir -p "Sources/$article"
  awk '/^```swift$/ { inside = 1; next } /^```$/ { inside = 0 } inside' \
    "$articles/$article.md" >"Sources/$article/main.swift"
done
ZK_REPOSITORY="file://$folder/zk" swift build -q --disable-index-store

cp "$folder/zk/share/zk/default.zk" model.zk
seq -f 'Line %g has words, and words, and other words again.' 500 >corpus.txt
.build/debug/UsingAModel | tee used.txt
test "$(head -n 2 used.txt | tr -d '|')" = "Segments are learned,
not given."
grep -q '^2 texts from noise$' used.txt
test "$(grep -c '^[0-9]* segments$' used.txt)" = 3
.build/debug/TrainingAModel | tee trained.txt
test "$(grep -c '^step [12]: loss [0-9.]*$' trained.txt)" = 2
grep -q '^learningRate ' trained.txt
test -s trained.zk
