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
import re
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
    table = numpy.load(path, allow_pickle=False)
    title = re.fullmatch(r"zk 1 ([0-9a-f]{16}) level (\d+)", table.dtype.fields["latent"][2])
    assert title and title.groups() == (model, str(level)), title
    assert table["latent"].ndim == 2
    found = list(dict.fromkeys(table["doc"].tolist()))
    assert found == [number for number, document in documents.items() if len(document["latents"])]
    for number in found:
        rows, document = table[table["doc"] == number], documents[number]
        assert numpy.array_equal(rows["latent"], document["latents"])
        assert known(rows["start"]) == document["starts"]
        assert known(rows["bytes"][:1]) == (document["bytes"] and [document["bytes"]])
    return table


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
    table = check_npy(npy, documents, model, level)
    arrays, metadata = check_safetensors(tensors, documents, model, level)
    if directory:
        numpy.save(f"{directory}/again.npy", table)
        safetensors.numpy.save_file(arrays, f"{directory}/again.safetensors", metadata)
    rows = sum(len(document["latents"]) for document in documents.values())
    print(f"{len(documents)} documents, {rows} segments of level {level}: the same in all three")


if __name__ == "__main__":
    if not 4 <= len(sys.argv) <= 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
