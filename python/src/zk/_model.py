"""A model, and what can be done with it."""

import contextlib
import itertools
import json
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sized
from typing import Any, Literal, NamedTuple, TypeVar

from . import _latents, _program
from ._latents import Latents

Arithmetic = Literal["auto", "float32", "int8"]
Item = TypeVar("Item")
Result = TypeVar("Result")


class Segment(NamedTuple):
    """A learned segment of a text; the segments of a text tile it."""

    text: str
    #: Offsets in the text's UTF-8, in bytes, the end exclusive.
    start: int
    end: int
    #: The probability that a segment starts here; 1 at the start of the text.
    probability: float


class Model:
    """A trained model.

    `path` is a checkpoint; None means the environment's ZK_MODEL, else the model that comes with
    the program. `threads` is how many are used, all processors by default; results do not depend
    on it. `arithmetic` int8 is faster and differs a little.

    A model holds no process and no memory: each call runs the program, which loads the checkpoint
    in some hundredths of a second. So a model may be used by several threads at once.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        threads: int | None = None,
        arithmetic: Arithmetic = "float32",
    ) -> None:
        self.path = None if path is None else os.fspath(path)
        self.threads = threads
        self.arithmetic: Arithmetic = arithmetic

    def __repr__(self) -> str:
        return f"Model({self.path!r})"

    @property
    def info(self) -> dict[str, Any]:
        """What `zk info --json` tells of the checkpoint: id, parameters, configuration."""
        files = [] if self.path is None else ["--", self.path]
        facts: dict[str, Any] = json.loads(_program.run(["info", "--json", *files]))
        return facts

    @property
    def id(self) -> str:
        """The model's id, 16 hexadecimal digits; latents name it."""
        return str(self.info["model"])

    @property
    def level_count(self) -> int:
        return len(self.info["configuration"]["levels"])

    def split(
        self,
        texts: Iterable[str],
        *,
        level: int = 0,
        threshold: float | None = None,
        mean_length: float | None = None,
        sample: bool = False,
        seed: int = 0,
        progress: bool = False,
    ) -> Iterator[list[Segment]]:
        """The segments of each text at a level, in order.

        A segment starts where the probability lies above the model's own threshold, above
        `threshold`, or above the one for segments of `mean_length` units; or starts are drawn with
        `sample` and `seed`. Only one of the three can be given.
        """
        arguments = ["split", "--format", "documents", "--level", str(level)]
        if threshold is not None:
            arguments += ["--threshold", str(threshold)]
        if mean_length is not None:
            arguments += ["--mean-length", str(mean_length)]
        if sample:
            arguments += ["--sample", "--seed", str(seed)]
        return self._documents(arguments, texts, _segments, progress)

    def encode(
        self,
        texts: Iterable[str],
        *,
        level: int | None = None,
        half: bool = False,
        progress: bool = False,
    ) -> Iterator[Latents]:
        """The latents of each text at a level: by default the highest whose units come back.

        Vectors are float32, and float16 with `half`. They do not depend on the other texts.
        """
        arguments = ["encode", "--precision", "f16" if half else "f32"]
        if level is not None:
            arguments += ["--level", str(level)]
        return self._documents(arguments, texts, _latents.from_row, progress)

    def decode(
        self,
        latents: Iterable[Latents],
        *,
        infer_starts: bool = False,
        existence_cutoff: float = 0.2,
        progress: bool = False,
    ) -> Iterator[str]:
        """The text of each document's latents, which must be this model's.

        Segments lie at their starts where the latents have them, else, and with `infer_starts`,
        where the model infers them.
        """
        arguments = ["decode", "--format", "jsonl", "--existence-cutoff", str(existence_cutoff)]
        if infer_starts:
            arguments.append("--infer-starts")
        rows = (_latents.to_row(item, number) for number, item in enumerate(latents, 1))
        return self._results(arguments, rows, _text, _length(latents), progress)

    def generate(
        self,
        count: int = 1,
        *,
        seed: int = 0,
        steps: int = 10,
        level: int | None = None,
        existence_cutoff: float = 0.2,
        max_bytes: int = 65536,
        progress: bool = False,
    ) -> Iterator[str]:
        """New texts, denoised from noise in `steps` steps; the same seed gives the same texts."""
        arguments = ["generate", "--format", "jsonl", "--count", str(count)]
        arguments += ["--seed", str(seed), "--steps", str(steps)]
        arguments += ["--existence-cutoff", str(existence_cutoff), "--max-bytes", str(max_bytes)]
        if level is not None:
            arguments += ["--level", str(level)]
        return self._results(arguments, (), _text, count, progress)

    def infill(
        self,
        texts: Iterable[str],
        *,
        gap: str | None = None,
        seed: int = 0,
        steps: int = 10,
        level: int | None = None,
        progress: bool = False,
    ) -> Iterator[str]:
        """Texts with their gaps filled; what stands around the gaps is kept.

        A gap is `{{}}`, or `{{3}}` for three units of the level, or what `gap` says.
        """
        arguments = ["generate", "--infill", "--format", "jsonl"]
        arguments += ["--seed", str(seed), "--steps", str(steps)]
        if gap is not None:
            arguments.append(f"--gap={gap}")
        if level is not None:
            arguments += ["--level", str(level)]
        return self._documents(arguments, texts, _text, progress)

    def _documents(
        self,
        arguments: list[str],
        texts: Iterable[str],
        parse: Callable[[bytes], Result],
        progress: bool,
    ) -> Iterator[Result]:
        if isinstance(texts, str):
            raise TypeError("texts are a list or another iterable of strings, not one string")
        arguments = [*arguments, "--input-format", "jsonl"]
        return self._results(arguments, map(_row, texts), parse, _length(texts), progress)

    def _results(
        self,
        arguments: list[str],
        rows: Iterable[bytes],
        parse: Callable[[bytes], Result],
        total: int | None,
        progress: bool,
    ) -> Iterator[Result]:
        arguments = [*arguments, "--quiet", "--arithmetic", self.arithmetic]
        if self.path is not None:
            arguments.append(f"--model={self.path}")
        if self.threads is not None:
            arguments += ["--threads", str(self.threads)]
        results = _parsed(_program.stream(arguments, rows), parse)
        return _watched(results, total) if progress else results


def _parsed(
    lines: Generator[bytes, None, None], parse: Callable[[bytes], Result]
) -> Iterator[Result]:
    # Closed by name: a reader that stops early ends the program at once.
    with contextlib.closing(lines):
        for line in lines:
            yield parse(line)


def _length(items: Iterable[Any]) -> int | None:
    """How many items there are, for a progress bar, where they tell."""
    return len(items) if isinstance(items, Sized) else None


def _watched(results: Iterator[Item], total: int | None) -> Iterator[Item]:
    try:
        from tqdm.auto import tqdm
    except ImportError as error:
        raise ImportError("progress=True needs the package tqdm: pip install tqdm") from error
    return iter(tqdm(results, total=total, unit="text"))


def _row(text: str) -> bytes:
    return json.dumps({"text": text}, ensure_ascii=False).encode() + b"\n"


def _text(line: bytes) -> str:
    text: str = json.loads(line)["text"]
    return text


def _segments(line: bytes) -> list[Segment]:
    row = json.loads(line)
    data = row["text"].encode()
    places = itertools.pairwise([*row["starts"], len(data)])
    return [
        Segment(data[start:end].decode(), start, end, float(p))
        for (start, end), p in zip(places, row["p"], strict=True)
    ]
