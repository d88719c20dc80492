#!/usr/bin/env python3
"""Rows like those of `zk split`, from rules that know nothing: controls for a table of results.

usage: control_splits.py --stride N < LINES        a start every N bytes
       control_splits.py --random R [--seed S]     each byte begins a segment with probability R

Starts never lie inside a UTF-8 character. One document is one line.
"""
import argparse
import json
import random
import sys


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--stride", type=int)
    arguments.add_argument("--random", type=float)
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    draw = random.Random(options.seed)
    for number, line in enumerate(sys.stdin.buffer, 1):
        text = line.rstrip(b"\n")
        starts = [0]
        for i in range(1, len(text)):
            if text[i] & 0xC0 == 0x80:
                continue
            if options.stride:
                chosen = i - starts[-1] >= options.stride
            else:
                chosen = draw.random() < (options.random or 0)
            if chosen:
                starts.append(i)
        for start, end in zip(starts, starts[1:] + [len(text)]):
            if end > start:
                row = {"doc": number, "level": 0, "start": start, "end": end}
                row["text"] = text[start:end].decode("utf-8", "replace")
                print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
