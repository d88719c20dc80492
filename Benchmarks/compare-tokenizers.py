#!/usr/bin/env python3
"""Compares the speed of `zk split` with that of tokenizers that texts are piped through today.

  python3 -m venv /tmp/peers && /tmp/peers/bin/pip install tokenizers sentencepiece
  /tmp/peers/bin/python Benchmarks/compare-tokenizers.py --zk .build/release/zk TEXT

TEXT is a file of lines. The peers learn a vocabulary of 8000 from it: byte-level BPE of `tokenizers`
with the offsets of every token, BPE and unigram of SentencePiece as pieces. All work on one thread, in
turns, on the same lines; files are read before the clock starts, and of zk the time is that of the
process less its start with an empty input. One JSON object a line: megabytes a second, median, least
and most.
"""

import argparse
import io
import json
import os
import statistics
import subprocess
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

import sentencepiece
import tokenizers
import tokenizers.models
import tokenizers.pre_tokenizers
import tokenizers.trainers


def byte_level_bpe(lines):
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=8000, show_progress=False)
    tokenizer.train_from_iterator(lines, trainer)
    return lambda: [encoding.offsets for encoding in tokenizer.encode_batch(lines)]


def sentence_piece(kind, lines):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=model, vocab_size=8000, model_type=kind,
        hard_vocab_limit=False, num_threads=1, minloglevel=2)
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    return lambda: processor.encode(lines, out_type=str, num_threads=1)


def seconds(body):
    start = time.perf_counter()
    body()
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", metavar="TEXT")
    parser.add_argument("--zk", default=".build/release/zk")
    parser.add_argument("--model", help="of zk; the one that comes with it if not given")
    parser.add_argument("--arithmetic", help="of zk; its own choice if not given")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()

    with open(options.text, encoding="utf-8") as file:
        lines = [line for line in file.read().split("\n") if line]
    megabytes = sum(len(line.encode()) for line in lines) * 1e-6
    command = [options.zk, "split", "--threads", "1", "--quiet", "--output", "/dev/null"]
    for name in ("model", "arithmetic"):
        if getattr(options, name):
            command += [f"--{name}", getattr(options, name)]

    def zk(path):
        return lambda: subprocess.run([*command, path], check=True)

    def split():
        return seconds(zk(options.text)) - seconds(zk("/dev/null"))

    bodies = {
        "zk split": split,
        "tokenizers BPE, offsets": lambda body=byte_level_bpe(lines): seconds(body),
        "SentencePiece BPE": lambda body=sentence_piece("bpe", lines): seconds(body),
        "SentencePiece unigram": lambda body=sentence_piece("unigram", lines): seconds(body),
    }
    rates = {name: [] for name in bodies}
    for _ in range(options.runs):
        for name, body in bodies.items():
            rates[name].append(megabytes / body())
    for name, found in rates.items():
        print(json.dumps({
            "name": name, "value": round(statistics.median(found), 3), "unit": "MB/s",
            "minimum": round(min(found), 3), "maximum": round(max(found), 3), "runs": len(found)}))


main()
