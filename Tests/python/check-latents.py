#!/usr/bin/env python3
"""Checks files of latents with numpy and safetensors, as their users open them.

    zk encode --format jsonl       text > a.jsonl
    zk encode --format npy         text > a.npy
    zk encode --format safetensors text > a.safetensors
    check-latents.py a.jsonl a.npy a.safetensors [DIRECTORY]

The three must hold the same documents. With a DIRECTORY both libraries also write what they have
read into it, as again.npy and again.safetensors, for zk to read. Needs numpy and safetensors.
"""

import base64
import json
import sys

import numpy
import safetensors
import safetensors.numpy


def from_jsonl(path):
    """The documents by number: id, starts, bytes, inner, latents [N, width]; model and level."""
    documents, origins = {}, set()
    with open(path, encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            dtype = {"f32": "<f4", "f16": "<f2"}[row["dtype"]]
            latents = numpy.frombuffer(base64.b64decode(row["latents"], validate=True), dtype)
            documents[row["doc"]] = {
                "id": row.get("id"),
                "starts": row.get("starts"),
                "bytes": row.get("bytes"),
                "inner": row.get("inner"),
                "latents": latents.reshape(row["shape"]),
            }
            origins.add((row["model"], row["level"]))
    assert len(origins) == 1, origins
    return documents, *origins.pop()


def known(values):
    return None if (values == -1).any() else values.tolist()


def check_npy(path, documents, model, level):
    """A plain matrix for numpy; behind it the rows of JSONL without the numbers."""
    with open(path, "rb") as file:
        table = numpy.load(file, allow_pickle=False)
        rows = [json.loads(line) for line in file.read().decode().splitlines()]
    assert table.ndim == 2 and table.dtype.kind == "f"
    assert numpy.array_equal(numpy.load(path, mmap_mode="r"), table)
    assert [row["doc"] for row in rows] == list(documents)
    first = 0
    for row, document in zip(rows, documents.values()):
        assert (row["model"], row["level"]) == (model, level)
        last = first + row["shape"][0]
        assert numpy.array_equal(table[first:last], document["latents"])
        first = last
        for name in ["id", "starts", "bytes", "inner"]:
            assert row.get(name) == document[name]
    assert first == len(table)
    return table, rows


def check_safetensors(path, documents, model, level):
    with safetensors.safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
    assert metadata["format"] == "zk-latents-1"
    assert (metadata["model"], metadata["level"]) == (model, str(level))
    arrays = safetensors.numpy.load_file(path)
    assert arrays["numbers"].tolist() == list(documents)
    ids = [json.loads(line) for line in arrays["ids"].tobytes().decode().split("\n")[:-1]]
    assert ids == [document["id"] for document in documents.values()]
    for index, document in enumerate(documents.values()):
        first, last = arrays["offsets"][index : index + 2]
        assert numpy.array_equal(arrays["latents"][first:last], document["latents"])
        starts = known(arrays["starts"][first:last])
        assert starts == document["starts"] or first == last
        assert known(arrays["bytes"][index : index + 1]) == (
            None if document["bytes"] is None else [document["bytes"]]
        )
        inner = []
        for lower in range(level):
            begin, end = arrays[f"inner.{lower}.offsets"][index : index + 2]
            inner.append(arrays[f"inner.{lower}"][begin:end].tolist())
        assert inner == (document["inner"] or [[] for _ in range(level)])
    return arrays, metadata


def main(jsonl, npy, tensors, directory=None):
    documents, model, level = from_jsonl(jsonl)
    table, rows = check_npy(npy, documents, model, level)
    arrays, metadata = check_safetensors(tensors, documents, model, level)
    if directory:
        numpy.save(f"{directory}/again.npy", table)
        with open(f"{directory}/again.npy.jsonl", "w", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        safetensors.numpy.save_file(arrays, f"{directory}/again.safetensors", metadata)
    rows = sum(len(document["latents"]) for document in documents.values())
    print(f"{len(documents)} documents, {rows} segments of level {level}: the same in all three")


if __name__ == "__main__":
    if not 4 <= len(sys.argv) <= 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
