#!/usr/bin/env python3
"""Rows like those of `zk split` from a SentencePiece model: the fixed tokenizer to compare with.

usage: sentencepiece_splits.py MODEL < LINES     lines, or JSONL rows with "text"; one document each

Needs the packages sentencepiece and protobuf. Offsets count bytes.
"""
import json
import sys

import sentencepiece


def main():
    processor = sentencepiece.SentencePieceProcessor(model_file=sys.argv[1])
    for number, line in enumerate(sys.stdin, 1):
        line = line.rstrip("\n")
        text = json.loads(line)["text"] if line.startswith("{") else line
        data = text.encode()
        starts = {0} | {piece.begin for piece in processor.encode(text, out_type="proto").pieces}
        places = sorted(start for start in starts if start < len(data))
        for start, end in zip(places, places[1:] + [len(data)]):
            if end > start:
                segment = data[start:end].decode("utf-8", "replace")
                row = {"doc": number, "level": 0, "start": start, "end": end, "text": segment}
                print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
