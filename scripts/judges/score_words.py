#!/usr/bin/env python3
"""Scores segments against the words of a text, also where no space shows them.

usage: score_words.py TRUTH.jsonl SEGMENTS.jsonl

TRUTH has rows {"text", "starts"} as of noisy_text.py, or {"text"} alone, whose words then begin behind
blanks. SEGMENTS are the rows of `zk split`, or rows {"doc", "start"} of another splitter. A start hits when
it is a word's first byte, or the blank before it: whichever of the two gives the better F1. Prints one JSON
object.
"""
import json
import re
import sys


def main():
    truth = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    found = [set() for _ in truth]
    for line in open(sys.argv[2], encoding="utf-8"):
        row = json.loads(line)
        if row.get("level", 0) == 0 and row["start"] > 0:
            found[row["doc"] - 1].add(row["start"])
    after, before, wanted = 0, 0, 0
    for row, starts in zip(truth, found):
        text = row["text"].encode()
        words = row.get("starts")
        if words is None:
            words = [match.start() for match in re.finditer(rb"(?<!\S)\S", text)]
        words = [start for start in words if start > 0]
        wanted += len(words)
        after += sum(start in starts for start in words)
        blanks = [start - 1 if text[start - 1:start].isspace() else start for start in words]
        before += sum(start in starts for start in blanks)
    made = sum(map(len, found))
    hits = max(after, before)
    precision, recall = hits / max(1, made), hits / max(1, wanted)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    size = sum(len(row["text"].encode()) for row in truth)
    print(json.dumps({
        "documents": len(truth), "mean_bytes": round(size / max(1, made + len(truth)), 3),
        "precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4),
    }))


if __name__ == "__main__":
    main()
