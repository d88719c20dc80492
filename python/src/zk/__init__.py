"""Learned segments of text and their vectors, by the program `zk`.

    import zk

    for segments in zk.split(["The river rises in the hills."]):
        print([segment.text for segment in segments])

    latents = list(zk.encode(texts))        # a matrix [N, D] for each text
    texts = list(zk.decode(latents))
    texts = list(zk.generate(3, seed=7))

Texts go in as any iterable and results come out as an iterator, one for each text, in order and
while the input still goes on: memory does not grow with the number of texts. `zk.Model` names a
model of your own. What the program complains about is raised as `zk.Error`.
"""

from collections.abc import Iterable, Iterator

from ._latents import Latents
from ._model import Arithmetic, Model, Segment
from ._program import Error, ProgramNotFound, program_path

__all__ = [
    "Arithmetic",
    "Error",
    "Latents",
    "Model",
    "ProgramNotFound",
    "Segment",
    "decode",
    "encode",
    "generate",
    "infill",
    "program_path",
    "split",
]

__version__ = "0.1.0"


def split(
    texts: Iterable[str],
    *,
    level: int = 0,
    threshold: float | None = None,
    mean_length: float | None = None,
    sample: bool = False,
    seed: int = 0,
    progress: bool = False,
) -> Iterator[list[Segment]]:
    """The segments of each text, by the default model; see `Model.split`."""
    return Model().split(
        texts,
        level=level,
        threshold=threshold,
        mean_length=mean_length,
        sample=sample,
        seed=seed,
        progress=progress,
    )


def encode(
    texts: Iterable[str],
    *,
    level: int | None = None,
    half: bool = False,
    progress: bool = False,
) -> Iterator[Latents]:
    """The latents of each text, by the default model; see `Model.encode`."""
    return Model().encode(texts, level=level, half=half, progress=progress)


def decode(
    latents: Iterable[Latents],
    *,
    infer_starts: bool = False,
    existence_cutoff: float = 0.2,
    progress: bool = False,
) -> Iterator[str]:
    """The text of each document's latents, by the default model; see `Model.decode`."""
    return Model().decode(
        latents, infer_starts=infer_starts, existence_cutoff=existence_cutoff, progress=progress
    )


def generate(
    count: int = 1,
    *,
    seed: int = 0,
    steps: int = 10,
    level: int | None = None,
    existence_cutoff: float = 0.2,
    max_bytes: int = 65536,
    progress: bool = False,
) -> Iterator[str]:
    """New texts from noise, by the default model; see `Model.generate`."""
    return Model().generate(
        count,
        seed=seed,
        steps=steps,
        level=level,
        existence_cutoff=existence_cutoff,
        max_bytes=max_bytes,
        progress=progress,
    )


def infill(
    texts: Iterable[str],
    *,
    gap: str | None = None,
    seed: int = 0,
    steps: int = 10,
    level: int | None = None,
    progress: bool = False,
) -> Iterator[str]:
    """Texts with their gaps filled, by the default model; see `Model.infill`."""
    return Model().infill(texts, gap=gap, seed=seed, steps=steps, level=level, progress=progress)
