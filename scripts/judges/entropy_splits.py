#!/usr/bin/env python3
"""Rows like those of `zk split`, cut where the next byte is hard to guess: a baseline.

usage: entropy_splits.py --train FILE [--train-chars N] [--mean-length 6] < LINES

FILE is a file of lines or of JSON objects with a "text", also in zstd. A model of runs of 6 bytes is
counted on its first N bytes. A segment starts where the entropy of the next byte, behind the longest
context of at most 5 that was seen 8 times, lies above a threshold; the threshold is the one that
gives the wanted mean length on LINES. Starts never lie inside a UTF-8 character.
"""
import argparse
import json
import math
import sys

from ngrams import NGrams, read_texts

ORDER = 6
LEAST_COUNT = 8


class Entropies:
    """The entropy of the next byte, in bits, by what precedes it."""

    def __init__(self, texts):
        model = NGrams(texts, ORDER)
        self.known = {}
        for k in range(ORDER):
            for context, (_, counts) in model.followers(k).items():
                total = sum(counts)
                # The shortest context is the last resort, however rare.
                if total >= LEAST_COUNT or k == 0:
                    shares = [count / total for count in counts]
                    self.known[context] = -sum(share * math.log2(share) for share in shares)

    def behind(self, context):
        while context not in self.known:
            context = context[1:]
        return self.known[context]


def bytes_as_text(data):
    """A character for each byte, so that runs of bytes are strings."""
    return data.decode("latin-1")


def entropies_of(line, model):
    """The entropy at every byte of a line; -1 where no segment may start."""
    text = "\n" + bytes_as_text(line)
    return [
        -1 if byte & 0xC0 == 0x80 else model.behind(text[max(0, i - ORDER + 2) : i + 1])
        for i, byte in enumerate(line)
    ]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--train", required=True)
    parser.add_argument("--train-chars", type=int, default=4_000_000)
    parser.add_argument("--mean-length", type=float, default=6.0)
    options = parser.parse_args()
    texts = read_texts(options.train, options.train_chars)
    model = Entropies(bytes_as_text(text.encode()) for text in texts)
    lines = [line.removesuffix(b"\n") for line in sys.stdin.buffer]
    entropies = [entropies_of(line, model) for line in lines]
    # Every line has a start anyway; the others are those with the largest entropies.
    falling = sorted((value for line in entropies for value in line[1:]), reverse=True)
    wanted = int(sum(map(len, lines)) / options.mean_length) - len(lines)
    threshold = falling[min(len(falling) - 1, max(0, wanted))] if falling else 0
    for number, (line, values) in enumerate(zip(lines, entropies), 1):
        starts = [0] + [i for i in range(1, len(line)) if values[i] > threshold]
        for start, end in zip(starts, starts[1:] + [len(line)]):
            if start == end:
                continue
            row = {"doc": number, "level": 0, "start": start, "end": end}
            row["text"] = line[start:end].decode("utf-8", "replace")
            row["p"] = round(values[start], 3)
            print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
