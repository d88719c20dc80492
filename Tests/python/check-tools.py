#!/usr/bin/env python3
"""Opens what zk writes with the tools that people have, as they would, and counts what they see.

    check-tools.py ZK [MODEL]

Makes 20 000 documents, splits and encodes them, and loads the results with pandas, polars, duckdb,
Hugging Face datasets, numpy and safetensors; then runs every block of docs/tools.md. Run by
`make check-tools`, which installs the packages from PyPI into a folder of its own.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import duckdb
import numpy
import pandas
import polars
import safetensors.numpy
from datasets import load_dataset

COUNT = 20_000


def documents():
    """Documents with ids that are numbers, fields to keep, and some that are empty."""
    words = "river hill town bridge water stone market light road field".split()
    for number in range(1, COUNT + 1):
        chosen = [words[number * step % len(words)] for step in range(1, number % 7 + 1)]
        # A number leaves the model in doubt: not every probability is 1.
        text = f"The {' '.join(chosen)}, {number * 7919}." if number % 50 else ""
        yield {"id": 10_000_000_000 + number, "lang": ["en", "de"][number % 2], "text": text}


def shell(command):
    subprocess.run(["bash", "-euo", "pipefail", "-c", command], check=True)


def check_rows(path, count, total):
    """A table with a row for each segment: numbers are numbers in every reader."""
    frame = pandas.read_json(path, lines=True)
    assert len(frame) == count and frame["id"].dtype == "int64" and frame["p"].dtype == "float64"
    assert frame["text"].str.len().sum() == total
    table = polars.read_ndjson(path)
    assert table.height == count and table["p"].dtype == polars.Float64
    assert table["id"].dtype == polars.Int64 and table["lang"].n_unique() == 2
    kinds = dict(
        duckdb.sql(f"select column_name, column_type from (describe from read_json('{path}'))")
        .fetchall()
    )
    assert kinds["p"] == "DOUBLE" and kinds["id"] == "BIGINT", kinds
    assert duckdb.sql(f"select count(*) from read_json('{path}')").fetchall() == [(count,)]
    rows = load_dataset("json", data_files=path, split="train")
    assert len(rows) == count and rows.features["p"].dtype == "float64"


def check_documents(path):
    """A table with a row for each document, lists inside; empty documents are rows too."""
    assert len(pandas.read_json(path, lines=True)) == COUNT
    table = polars.read_ndjson(path)
    assert table.height == COUNT and table["p"].dtype == polars.List(polars.Float64)
    assert duckdb.sql(f"select count(*) from read_json('{path}')").fetchall() == [(COUNT,)]
    rows = load_dataset("json", data_files=path, split="train")
    assert len(rows) == COUNT and rows[49]["text"] == ""


def check_latents(matrix, table, arrays, source):
    latents = numpy.load(matrix)
    assert latents.ndim == 2 and latents.dtype == numpy.float16
    assert numpy.shares_memory(numpy.load(matrix, mmap_mode="r"), latents) is False
    rows = polars.read_ndjson(table)
    assert rows.height == COUNT and rows["id"].dtype == polars.Int64
    assert rows["shape"].list.get(0).sum() == len(latents)
    assert rows["bytes"].to_list() == [len(row["text"].encode()) for row in source]
    tensors = safetensors.numpy.load_file(arrays)
    assert numpy.array_equal(tensors["latents"], latents)
    assert tensors["bytes"].tolist() == rows["bytes"].to_list()
    assert tensors["offsets"][-1] == len(latents) and len(tensors["offsets"]) == COUNT + 1
    return len(latents)


def check_recipes(page):
    """Every block of the page, in order, in this folder; Python runs as Python."""
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)
    assert len(blocks) > 5
    for language, text in blocks:
        if language == "python":
            subprocess.run([sys.executable, "-c", text], check=True, stdout=subprocess.DEVNULL)
        elif language == "sh":
            shell(f"{{ {text}\n}} >/dev/null")
    return len(blocks)


def main(zk, model=None):
    page = pathlib.Path(__file__).resolve().parents[2] / "docs" / "tools.md"
    if model:
        os.environ["ZK_MODEL"] = str(pathlib.Path(model).resolve())
    with tempfile.TemporaryDirectory() as folder:
        binaries = pathlib.Path(folder) / "bin"
        binaries.mkdir()
        (binaries / "zk").symlink_to(pathlib.Path(zk).resolve())
        os.environ["PATH"] = f"{binaries}:{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"
        os.environ["HF_HOME"] = f"{folder}/hub"
        os.chdir(folder)
        source = list(documents())
        with open("documents.jsonl", "w", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in source)
        shell("zk split -q --keep-fields documents.jsonl >segments.jsonl")
        shell("zk split -q --format documents documents.jsonl >split.jsonl")
        shell("zk encode -q --level 0 --format npy -o latents.npy documents.jsonl")
        shell("zk encode -q --level 0 --format safetensors -o latents.safetensors documents.jsonl")
        with open("segments.jsonl", encoding="utf-8") as file:
            count = sum(1 for _ in file)
        check_rows("segments.jsonl", count, sum(len(row["text"]) for row in source))
        check_documents("split.jsonl")
        rows = check_latents("latents.npy", "latents.npy.jsonl", "latents.safetensors", source)
        assert rows == count
        for name in ["latents.npy", "latents.safetensors"]:
            shell(f"[ $(zk decode -q {name} | wc -l) = {COUNT} ]")
        recipes = check_recipes(page)
    print(f"{COUNT} documents, {count} segments: the same in every tool; {recipes} recipes run")


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
