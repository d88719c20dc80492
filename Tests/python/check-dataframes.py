#!/usr/bin/env python3
"""Loads what `zk extract` writes with pandas, polars, duckdb and datasets, as it is.

  python3 Tests/python/check-dataframes.py --zk .build/release/zk

A dump of 20 000 pages is made, extracted, and read by each library that is installed; the rows, the
columns and some texts have to be the same. Exits with 77 when none of them is there.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile

ROWS = 20_000
COLUMNS = ["id", "title", "revision", "timestamp", "url", "sha1", "text"]


def dump():
    """A dump whose pages have titles, texts and ids of every shape that a reader may trip over."""
    yield "<mediawiki><siteinfo><dbname>svwiki</dbname>"
    yield "<base>https://sv.wikipedia.org/wiki/Huvudsida</base></siteinfo>\n"
    for number in range(1, ROWS + 1):
        title = ["Å \"b\"", "1984", "null", "2024-01-01", "{x}"][number % 5] + f" {number}"
        text = f"Ord {number} &amp;lt;b&amp;gt; 漢字 😀 \"citat\" \\n.\n\nNytt stycke." * (1 + number % 3)
        yield (
            f"<page><title>{title}</title><ns>0</ns><id>{number}</id><revision><id>{9 * number}</id>"
            f"<timestamp>2024-01-02T03:04:{number % 60:02}Z</timestamp><text>{text}</text>"
            "</revision></page>\n")
    yield "</mediawiki>\n"


def with_pandas(path):
    import pandas
    frame = pandas.read_json(path, lines=True, dtype=False)
    return list(frame.columns), frame["text"].tolist(), frame["title"].tolist()


def with_polars(path):
    import polars
    frame = polars.read_ndjson(path)
    return frame.columns, frame["text"].to_list(), frame["title"].to_list()


def with_duckdb(path):
    import duckdb
    rows = duckdb.sql(f"select * from read_json('{path}')")
    return rows.columns, [row[0] for row in rows.project("text").fetchall()], [
        row[0] for row in rows.project("title").fetchall()]


def with_datasets(path):
    import datasets
    rows = datasets.load_dataset(
        "json", data_files=path, split="train", cache_dir=os.path.dirname(path))
    return rows.column_names, list(rows["text"]), list(rows["title"])


READERS = {
    "pandas": with_pandas, "polars": with_polars, "duckdb": with_duckdb, "datasets": with_datasets,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--zk", required=True)
    zk = os.path.abspath(parser.parse_args().zk)
    found = [name for name in READERS if importlib.util.find_spec(name)]
    if not found:
        print("none of " + ", ".join(READERS) + " is installed")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "articles.jsonl")
        subprocess.run(
            [zk, "extract", "--sha1", "-o", path], input="".join(dump()).encode(), check=True)
        expected = None
        for name in found:
            columns, texts, titles = READERS[name](path)
            assert list(columns) == COLUMNS, (name, columns)
            assert len(texts) == ROWS, (name, len(texts))
            assert titles[0] == "1984 1" and "Ord 1 <b> 漢字 😀" in texts[0], (name, titles[0], texts[0])
            expected = expected or (texts, titles)
            assert (texts, titles) == expected, name
            print(f"{name}: {len(texts)} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
