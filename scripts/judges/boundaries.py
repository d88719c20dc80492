#!/usr/bin/env python3
"""Compares where segments start with where words or sentences start.

usage: zk split FILE | boundaries.py
       zk split --level 1 FILE | boundaries.py --level 1
       … | boundaries.py --target words|sentences

Reads the rows of `zk split` (JSONL) and prints one JSON object. Words are the target at level 0,
sentences above it, unless --target says otherwise. Precision, recall and F1 are given for two
conventions: "after", a segment starts with a word or sentence, and "before", it starts with the
white space in front of one. "f1" is the better of both. A document's first start counts for
nobody. "single_word_segments" is the share of segments with one word and white space around it.
Status 1 when the segments of a document do not tile it.
"""
import argparse
import itertools
import json
import re
import sys

SPACE = frozenset(b" \t\n\r\f\v")
# A full stop with what closes a quotation, the gap, and what can begin the next sentence.
SENTENCE = re.compile(rb"[.!?][\"')\]]*(?P<gap>\s+)(?=[A-Z0-9\"'(])")
LINES = re.compile(rb"\n+(?=\S)")


def word_starts(text):
    """The first bytes of words, and the first bytes of the white space in front of them."""
    after, before = set(), set()
    for place in range(1, len(text)):
        was_space, is_space = text[place - 1] in SPACE, text[place] in SPACE
        if was_space and not is_space:
            after.add(place)
        elif is_space and not was_space:
            before.add(place)
    return after, before


def sentence_starts(text):
    """The same for sentences: behind a full stop and white space, or on a new line."""
    gaps = [match.span("gap") for match in SENTENCE.finditer(text)]
    gaps += [match.span() for match in LINES.finditer(text)]
    return {end for _, end in gaps} - {0}, {start for start, _ in gaps} - {0}


class Score:
    """Hits of one convention."""

    def __init__(self):
        self.hits = self.wanted = 0

    def add(self, starts, wanted):
        self.hits += len(starts & wanted)
        self.wanted += len(wanted)

    def figures(self, starts):
        precision = self.hits / max(1, starts)
        recall = self.hits / max(1, self.wanted)
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        figures = {"precision": precision, "recall": recall, "f1": f1}
        return {name: round(value, 4) for name, value in figures.items()}


def judge(rows, find_starts):
    """Totals over all documents; the rows of a document follow each other."""
    after, before = Score(), Score()
    totals = dict.fromkeys(("documents", "segments", "bytes", "starts", "single", "not_tiled"), 0)
    for _, document in itertools.groupby(rows, key=lambda row: row["doc"]):
        text, starts = b"", set()
        for row in document:
            piece = row["text"].encode()
            if (row["start"], row["end"]) != (len(text), len(text) + len(piece)):
                totals["not_tiled"] += 1
            text += piece
            starts.add(row["start"])
            totals["segments"] += 1
            totals["single"] += len(row["text"].split()) == 1
        starts.discard(0)
        totals["documents"] += 1
        totals["bytes"] += len(text)
        totals["starts"] += len(starts)
        for score, wanted in zip((after, before), find_starts(text)):
            score.add(starts, wanted)
    return totals, after, before


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--level", type=int, default=0)
    parser.add_argument("--target", choices=["words", "sentences"])
    options = parser.parse_args()
    target = options.target or ("sentences" if options.level else "words")
    rows = (json.loads(line) for line in sys.stdin.buffer)
    rows = (row for row in rows if row["level"] == options.level)
    totals, after, before = judge(rows, word_starts if target == "words" else sentence_starts)
    segments = max(1, totals["segments"])
    scores = {
        "after": after.figures(totals["starts"]),
        "before": before.figures(totals["starts"]),
    }
    result = {
        "documents": totals["documents"],
        "segments": totals["segments"],
        "mean_bytes": round(totals["bytes"] / segments, 3),
        "target": target,
        "not_tiled": totals["not_tiled"],
        **scores,
        "f1": max(score["f1"] for score in scores.values()),
        "single_word_segments": round(totals["single"] / segments, 4),
    }
    print(json.dumps(result))
    return 1 if totals["not_tiled"] else 0


if __name__ == "__main__":
    sys.exit(main())
