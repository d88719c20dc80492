#!/usr/bin/env python3
"""How much generated text is like real text.

usage: generation.py --train FILE --real FILE [--train-chars N] GENERATED

Files of lines or of JSON objects with a "text", the first two also in zstd. TRAIN gives the counts
that judge, REAL is text that TRAIN does not have. Prints one JSON object with the same figures for
four sets of texts of the same lengths: "generated"; "real" text; "trigram", drawn from runs of three
characters of TRAIN; and "salad", the real texts with their words in random order.

  bits_per_char   under runs of 6 characters of TRAIN: are the letters likely. Frequent words in any
                  order score well, so this says little alone.
  known_words     share of words that TRAIN has more than once.
  distinct_pairs  share of pairs of words that are different from each other.
  copied          share of texts with 40 characters in a row from TRAIN (looked for at every 10th).
  chars, length_p10_p50_p90
  order_bits      what bits_per_char gains when the words of each text change places: is their order
                  meant. About 0 for a salad.
  reverse_bits    bits per character of other real text under runs of 4 characters of this set: does
                  it have the variety of real text. Bad when it says the same again and again.
  word_entropy    of the frequencies of its words, in bits. Low when words are few.
  distinct        share of texts that are different from each other.

"gap_bits" is the difference of bits_per_char between generated and real text. Draws are fixed.
"""
import argparse
import collections
import itertools
import json
import math
import random
import re

from ngrams import NGrams, read_texts

WORD = re.compile(r"[A-Za-z']+")
JUDGE_ORDER, COVER_ORDER, DRAW_CONTEXT = 6, 4, 2
COPY_CHARS, COPY_STRIDE = 40, 10
REAL_CHARS = 3_000_000
SEED, SALAD_SEED = 7, 3


def words_in(texts):
    return [word for text in texts for word in WORD.findall(text)]


def folded_counts(words):
    return collections.Counter(word.lower() for word in words)


def mean(values, count):
    return round(sum(values) / max(1, count), 4)


def salad_of(texts):
    """The texts with their words in random order, one space between them."""
    draw = random.Random(SALAD_SEED)
    salad = []
    for text in texts:
        words = text.split()
        draw.shuffle(words)
        salad.append(" ".join(words))
    return salad


def drawn_texts(lengths, model, draw):
    """Texts of these lengths, each character drawn by the two before it."""
    tables = [model.followers(k) for k in range(DRAW_CONTEXT + 1)]
    for length in lengths:
        text = "\n"
        while len(text) <= length:
            context = text[-DRAW_CONTEXT:]
            while context not in tables[len(context)]:
                context = context[1:]
            characters, counts = tables[len(context)][context]
            text += draw.choices(characters, counts)[0]
        yield text[1:]


def entropy(counts):
    total = sum(counts.values()) or 1
    return -sum(count / total * math.log2(count / total) for count in counts.values())


class Judge:
    """What is known of real text."""

    def __init__(self, train, other):
        self.model = NGrams(train, JUDGE_ORDER)
        self.train = "\n".join(train)
        counts = folded_counts(words_in(train))
        self.vocabulary = {word for word, count in counts.items() if count > 1}
        self.other = other

    def is_copied(self, text):
        places = range(0, max(0, len(text) - COPY_CHARS), COPY_STRIDE)
        return any(text[i : i + COPY_CHARS] in self.train for i in places)

    def figures(self, texts):
        words = words_in(texts)
        pairs = list(itertools.pairwise(words))
        lengths = sorted(map(len, texts)) or [0]
        bits = self.model.bits_per_character
        ordered = bits(" ".join(text.split()) for text in texts)
        return {
            "bits_per_char": round(bits(texts), 4),
            "known_words": mean((w.lower() in self.vocabulary for w in words), len(words)),
            "distinct_pairs": round(len(set(pairs)) / max(1, len(pairs)), 4),
            "copied": mean(map(self.is_copied, texts), len(texts)),
            "chars": sum(lengths),
            "length_p10_p50_p90": [lengths[int(q * (len(lengths) - 1))] for q in (0.1, 0.5, 0.9)],
            "order_bits": round(bits(salad_of(texts)) - ordered, 4),
            "reverse_bits": round(NGrams(texts, COVER_ORDER).bits_per_character(self.other), 4),
            "word_entropy": round(entropy(folded_counts(words)), 4),
            "distinct": round(len(set(texts)) / max(1, len(texts)), 4),
        }


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--train", required=True)
    parser.add_argument("--real", required=True)
    parser.add_argument("--train-chars", type=int, default=6_000_000)
    parser.add_argument("generated")
    options = parser.parse_args()
    generated = [text for text in read_texts(options.generated) if text]
    lengths = [len(text) for text in generated]
    draw = random.Random(SEED)
    real = list(read_texts(options.real, REAL_CHARS))
    draw.shuffle(real)
    same = [text[:n] for text, n in zip(itertools.cycle(real), lengths)]
    # Real text that no set here has: second halves, from the other end.
    halves = (text[len(text) // 2 :] for text in itertools.cycle(reversed(real)))
    judge = Judge(
        list(read_texts(options.train, options.train_chars)),
        other=[half[:n] for half, n in zip(halves, lengths)],
    )
    sets = {
        "generated": generated,
        "real": same,
        "trigram": list(drawn_texts(lengths, judge.model, draw)),
        "salad": salad_of(same),
    }
    result = {"documents": len(generated)}
    result |= {name: judge.figures(texts) for name, texts in sets.items()}
    gap = result["generated"]["bits_per_char"] - result["real"]["bits_per_char"]
    result["gap_bits"] = round(gap, 4)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
