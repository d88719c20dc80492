"""The judges of scripts/judges, on cases that can be worked out by hand.

usage: python3 -m unittest discover -s Tests/python
"""
import itertools
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import unittest

JUDGES = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "judges"
sys.path.insert(0, str(JUDGES))

import boundaries  # noqa: E402
import generation  # noqa: E402
import ngrams  # noqa: E402
import roundtrip  # noqa: E402


def run(judge, *arguments, given=""):
    """Status and JSON output of a judge."""
    done = subprocess.run(
        [sys.executable, JUDGES / judge, *arguments], input=given, capture_output=True, text=True
    )
    return done.returncode, json.loads(done.stdout)


def rows(*documents, level=0):
    lines = []
    for number, pieces in enumerate(documents, 1):
        place = 0
        for piece in pieces:
            end = place + len(piece.encode())
            row = {"doc": number, "level": level, "start": place, "end": end, "text": piece}
            lines.append(json.dumps(row) + "\n")
            place = end
    return "".join(lines)


def slow_distance(old, new):
    """The same by the plain table."""
    line = list(range(len(new) + 1))
    for i, a in enumerate(old, 1):
        above, line[0] = line[0], i
        for j, b in enumerate(new, 1):
            above, line[j] = line[j], min(line[j] + 1, line[j - 1] + 1, above + (a != b))
    return line[-1]


class Boundaries(unittest.TestCase):
    def test_starts_of_words(self):
        after, before = boundaries.word_starts(b"a  bc d")
        self.assertEqual((after, before), ({3, 6}, {1, 5}))

    def test_starts_of_sentences(self):
        after, before = boundaries.sentence_starts(b'It is. "No." He\n\nnext e.g. this')
        self.assertEqual((after, before), ({7, 13, 17}, {6, 12, 15}))

    def test_figures(self):
        status, found = run("boundaries.py", given=rows(["one", " two", " th", "ree"], ["x"]))
        self.assertEqual(status, 0)
        self.assertEqual(found["documents"], 2)
        self.assertEqual(found["segments"], 5)
        self.assertEqual(found["before"], {"precision": 0.6667, "recall": 1.0, "f1": 0.8})
        self.assertEqual(found["after"]["f1"], 0)
        self.assertEqual(found["f1"], 0.8)
        self.assertEqual(found["mean_bytes"], 2.8)
        self.assertEqual(found["single_word_segments"], 1)

    def test_other_levels_are_left_out(self):
        given = rows(["One. ", "Two"], level=1) + rows(["O", "ne. Two"])
        _, found = run("boundaries.py", "--level", "1", given=given)
        self.assertEqual((found["segments"], found["target"], found["f1"]), (2, "sentences", 1))

    def test_gaps_are_told(self):
        given = rows(["one", " two"]).replace('"start": 3', '"start": 4')
        status, found = run("boundaries.py", given=given)
        self.assertEqual((status, found["not_tiled"]), (1, 1))


class RoundTrip(unittest.TestCase):
    def test_distance_is_that_of_the_table(self):
        words = [
            bytes(word) for n in range(5) for word in itertools.product(b"ab", repeat=n)
        ]
        for old, new in itertools.product(words, repeat=2):
            self.assertEqual(roundtrip.edit_distance(old, new), slow_distance(old, new))
        long, other = b"the river rises in the hills " * 9, b"a river raises in hills, the " * 8
        self.assertEqual(roundtrip.edit_distance(long, other), slow_distance(long, other))

    def test_figures(self):
        with tempfile.TemporaryDirectory() as folder:
            old, new = pathlib.Path(folder, "old"), pathlib.Path(folder, "new")
            old.write_text("abcd\nefgh\n")
            new.write_text('{"text":"abcd"}\n{"text":"efxx"}\n')
            status, found = run("roundtrip.py", old, new)
            self.assertEqual(status, 0)
            self.assertEqual((found["byte_accuracy"], found["exact"]), (0.75, 0.5))
            self.assertEqual([worst["document"] for worst in found["worst"]], [2])
            new.write_text("abcd\n")
            status, found = run("roundtrip.py", old, new)
            self.assertEqual((status, found["documents"], found["decoded"]), (1, 2, 1))


class Counts(unittest.TestCase):
    def test_probabilities(self):
        model = ngrams.NGrams(["ab"], 2)
        # "a" and "b" once each with no context, "a" behind the newline, "b" behind "a".
        plain = (1 + 2 / 1024) / 4
        self.assertAlmostEqual(model.probability("", "a"), plain)
        self.assertAlmostEqual(model.probability("a", "b"), (1 + plain) / 2)
        self.assertAlmostEqual(
            model.bits_per_character(["ab"]), -math.log2((1 + plain) / 2)
        )

    def test_limit_ends_reading(self):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write('one\n\n{"text":"two"}\nthree\n')
            file.flush()
            self.assertEqual(list(ngrams.read_texts(file.name)), ["one", "two", "three"])
            self.assertEqual(list(ngrams.read_texts(file.name, 4)), ["one", "two"])


class Generated(unittest.TestCase):
    TEXT = "".join(
        f"The {a} {b} over the {c}.\n"
        for a in ("river", "path", "road")
        for b in ("runs", "goes", "bends")
        for c in ("hill", "field", "bridge")
    )

    def test_real_text_and_soup(self):
        with tempfile.TemporaryDirectory() as folder:
            real, soup = pathlib.Path(folder, "real"), pathlib.Path(folder, "soup")
            real.write_text(self.TEXT)
            soup.write_text("the the the the\n" * 20)
            _, found = run("generation.py", "--train", real, "--real", real, real)
            self.assertEqual(found["generated"]["known_words"], 1)
            self.assertEqual(found["generated"]["distinct"], 1)
            self.assertGreater(found["generated"]["order_bits"], 1)
            self.assertLess(abs(found["salad"]["order_bits"]), found["real"]["order_bits"] / 4)
            entropy = found["generated"]["word_entropy"]
            _, found = run("generation.py", "--train", real, "--real", real, soup)
            self.assertEqual(found["generated"]["word_entropy"], 0)
            self.assertEqual(found["generated"]["distinct"], 0.05)
            self.assertLess(found["generated"]["word_entropy"], entropy)

    def test_copies_are_found(self):
        judge = generation.Judge(["x" * 100], other=[])
        self.assertTrue(judge.is_copied("x" * 60))
        self.assertFalse(judge.is_copied("x" * 39 + "y" * 30))


class Entropy(unittest.TestCase):
    def test_wanted_length(self):
        lines = Generated.TEXT
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write(lines)
            file.flush()
            done = subprocess.run(
                [sys.executable, JUDGES / "entropy_splits.py", "--train", file.name]
                + ["--mean-length", "5"],
                input=lines, capture_output=True, text=True, check=True,
            )
        found = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual("".join(row["text"] for row in found), lines.replace("\n", ""))
        # Ties at the threshold start nothing, so segments may be longer.
        self.assertGreaterEqual(len(lines) / len(found), 4.9)
        # What follows "over the " is a choice of three: a segment starts there.
        starts = {row["start"] for row in found if row["doc"] == 1}
        self.assertIn(lines.splitlines()[0].index("hill"), starts)


if __name__ == "__main__":
    unittest.main()
