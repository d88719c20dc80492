#!/usr/bin/env python3
"""Makes informal text from clean text: typos, no capitals, missing spaces, repeated letters.

usage: noisy_text.py [--seed N] < LINES > ROWS.jsonl

Reads lines of text, or JSONL rows with "text" whose paragraphs are taken as lines. Prints a row a line:
{"text": the noisy line, "starts": byte offsets at which its words begin, also where the space before
them is missing}. The same seed gives the same rows.
"""
import argparse
import json
import random
import sys

NEIGHBOURS = {
    "a": "qsz", "b": "vgn", "c": "xvd", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fht", "h": "gjy",
    "i": "uok", "j": "hku", "k": "jli", "l": "ko", "m": "n", "n": "bm", "o": "ipl", "p": "o",
    "q": "wa", "r": "etf", "s": "adw", "t": "ryg", "u": "yij", "v": "cb", "w": "qes", "x": "zc",
    "y": "tuh", "z": "xa",
}
SHORT = {"you": "u", "are": "r", "for": "4", "to": "2", "and": "&", "people": "ppl", "because": "cuz"}


def mistyped(word, draw):
    """The word with one slip of the fingers."""
    place = draw.randrange(len(word))
    letter = word[place]
    kind = draw.randrange(4)
    if kind == 0:
        return word[:place] + word[place + 1:] if len(word) > 1 else word
    if kind == 1 and place + 1 < len(word):
        return word[:place] + word[place + 1] + letter + word[place + 2:]
    if kind == 2:
        return word[:place] + letter * draw.randint(2, 4) + word[place + 1:]
    return word[:place] + draw.choice(NEIGHBOURS.get(letter, letter)) + word[place + 1:]


def noisy(line, draw):
    """The noisy line, and the byte offsets of its words."""
    out, starts = "", []
    for word in line.lower().split():
        if draw.random() < 0.5:
            word = word.rstrip(".,;:!?") or word
        if draw.random() < 0.3:
            word = SHORT.get(word, word)
        if draw.random() < 0.15:
            word = mistyped(word, draw)
        if out and draw.random() >= 0.1:
            out += " "
        starts.append(len(out.encode()))
        out += word
    return out, starts


def lines(stream):
    for line in stream:
        line = line.rstrip("\n")
        if line.startswith("{"):
            yield from filter(None, json.loads(line)["text"].split("\n"))
        elif line:
            yield line


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seed", type=int, default=1)
    draw = random.Random(arguments.parse_args().seed)
    for line in lines(sys.stdin):
        text, starts = noisy(line, draw)
        if text:
            print(json.dumps({"text": text, "starts": starts}, ensure_ascii=False))


if __name__ == "__main__":
    main()
