#!/bin/sh
# Makes Swift of the tables under share/zk, so that the program needs no file beside it.
#
#   scripts/embed-wiki-data.sh FOLDER    the folder of the Swift files that it writes
set -eu
cd "$(dirname "$0")/.."
folder=$1

# A Swift file with the text of one table: its name, then the name of the constant.
embed() {
  {
    echo "// swift-format-ignore-file"
    echo "// Made by scripts/embed-wiki-data.sh out of $1. Change that file, and run \`make data\`."
    echo
    echo "extension WikiData {"
    printf '  static let %s = #"""\n' "$2"
    sed 's/^/    /' "$1"
    printf '    """#\n}\n'
  } >"$folder/WikiData+$2.swift"
}

rm -f "$folder"/WikiData+*.swift
for table in share/zk/templates/*.tsv; do
  embed "$table" "$(basename "$table" .tsv)"
done
embed share/zk/wiki/namespaces.tsv namespaces
embed share/zk/wiki/sections.tsv sections
embed share/zk/wiki/entities.txt entities
