"""The latents of one document, and their rows of JSON."""

import base64
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32] | npt.NDArray[np.float16]


@dataclass(frozen=True, eq=False)
class Latents:
    """The latents of one document: a matrix, and what is known of the places of its rows.

    `np.asarray(latents)` is the matrix. For changed vectors at the same places:
    `dataclasses.replace(latents, vectors=changed)`.
    """

    #: One row for each segment: [N, D].
    vectors: FloatArray
    #: The level of the segments, from 0.
    level: int
    #: The id of the model that made them; only this model can decode them.
    model: str
    #: Where the N segments start, in bytes of UTF-8, or None when that is to be inferred.
    starts: list[int] | None = None
    #: The same for each level below, from 0 up; None at level 0.
    inner: list[list[int]] | None = None
    #: The length of the text in bytes of UTF-8, or None when it is to be inferred.
    byte_count: int | None = None

    def __len__(self) -> int:
        return len(self.vectors)

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[Any]:
        if copy:
            return np.array(self.vectors, dtype=dtype)
        return np.asarray(self.vectors, dtype=dtype)


def from_row(line: bytes) -> Latents:
    """The latents of a row that `zk encode` wrote."""
    row = json.loads(line)
    dtype = "<f4" if row["dtype"] == "f32" else "<f2"
    numbers = np.frombuffer(base64.b64decode(row["latents"]), dtype=dtype)
    return Latents(
        vectors=numbers.reshape(row["shape"]).astype(dtype[1:]),
        level=row["level"],
        model=row["model"],
        starts=row.get("starts"),
        inner=row.get("inner"),
        byte_count=row.get("bytes"),
    )


def to_row(latents: Latents, number: int) -> bytes:
    """The row that `zk decode` reads."""
    vectors = np.asarray(latents.vectors)
    if vectors.ndim != 2:
        raise ValueError(f"latents are a matrix [N, D], and these have the shape {vectors.shape}")
    is_half = vectors.dtype == np.float16
    values = np.ascontiguousarray(vectors, dtype="<f2" if is_half else "<f4")
    row: dict[str, Any] = {
        "doc": number,
        "level": latents.level,
        "shape": vectors.shape,
        "starts": latents.starts,
        "inner": latents.inner,
        "bytes": latents.byte_count,
        "dtype": "f16" if is_half else "f32",
        "latents": base64.b64encode(values.tobytes()).decode(),
        "model": latents.model,
    }
    return json.dumps(row).encode() + b"\n"
