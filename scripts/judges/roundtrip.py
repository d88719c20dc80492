#!/usr/bin/env python3
"""How much of a text comes back from `zk encode | zk decode`.

usage: roundtrip.py ORIGINAL DECODED

Both are files of lines, or of JSON objects with a "text"; documents are compared one by one. Prints
one JSON object. "byte_accuracy" is 1 - edits / bytes of the originals, where edits are the fewest
bytes to insert, delete or change; it is negative when more comes back than is right. "exact" is the
share of documents without an edit, "worst" has the three with the most edits a byte. Status 1 when
the numbers of documents differ.
"""
import argparse
import json
import sys

SHOWN_BYTES = 80


def read_documents(path):
    with open(path, "rb") as file:
        for line in file:
            line = line.removesuffix(b"\n")
            if line.startswith(b"{"):
                line = json.loads(line)["text"].encode("utf-8", "surrogateescape")
            yield line


def edit_distance(old, new):
    """The fewest insertions, deletions and changes of single bytes.

    Equal ends cost nothing and are cut off. The rest goes by Myers' bit vectors (1999, in Hyyrö's
    form for whole strings): one Python integer holds a column of the table, a bit a row, once for
    the steps up and once for the steps down.
    """
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    old, new = old[start:], new[start:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    if not old or not new:
        return len(old) + len(new)
    places = {}
    for place, byte in enumerate(old):
        places[byte] = places.get(byte, 0) | 1 << place
    full, last = (1 << len(old)) - 1, 1 << len(old) - 1
    rises, falls, distance = full, 0, len(old)
    for byte in new:
        equal = places.get(byte, 0)
        diagonal = ((equal & rises) + rises ^ rises | equal | falls) & full
        up = falls | ~(diagonal | rises) & full
        down = rises & diagonal
        distance += bool(up & last) - bool(down & last)
        up, down = (up << 1 | 1) & full, down << 1 & full
        rises = down | ~(diagonal | up) & full
        falls = up & diagonal
    return distance


def shown(text):
    return text[:SHOWN_BYTES].decode("utf-8", "replace")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("original")
    parser.add_argument("decoded")
    options = parser.parse_args()
    original = list(read_documents(options.original))
    decoded = list(read_documents(options.decoded))
    edits = [edit_distance(old, new) for old, new in zip(original, decoded)]
    total = sum(len(text) for text, _ in zip(original, edits))
    order = sorted(range(len(edits)), key=lambda k: -edits[k] / max(1, len(original[k])))
    result = {
        "documents": len(original),
        "decoded": len(decoded),
        "bytes": total,
        "byte_accuracy": round(1 - sum(edits) / max(1, total), 5),
        "exact": round(edits.count(0) / max(1, len(edits)), 4),
        "worst": [
            {"document": k + 1, "original": shown(original[k]), "decoded": shown(decoded[k])}
            for k in order[:3]
            if edits[k]
        ],
    }
    print(json.dumps(result))
    return 0 if len(original) == len(decoded) else 1


if __name__ == "__main__":
    sys.exit(main())
