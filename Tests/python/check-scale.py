#!/usr/bin/env python3
"""Runs every block of docs/scale.md that has a name, and compares what comes of it with one process.

  python3 Tests/python/check-scale.py ZK MODEL [NAME|sh|python...]

A block ```sh NAME or ```python NAME runs in a folder with `lines.txt` and `documents.jsonl`, `zk` on
the path and ZK_MODEL set; it has to leave NAME.out, with the rows that one process gives. The block
named `array` is a file of Slurm, of which the body is run once for each task.
"""

import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "scale.md"


def corpus(folder):
    """Lines of many lengths, among them empty ones; the same every time."""
    draw = random.Random(7)
    words = "the river rises in the hills and runs through three old towns — ein Fluß 漢字".split()
    lines = [" ".join(draw.choices(words, k=draw.randrange(30))) for _ in range(2000)]
    (folder / "lines.txt").write_text("".join(line + "\n" for line in lines))
    with open(folder / "documents.jsonl", "w") as file:
        for number, line in enumerate(lines):
            print(json.dumps({"id": f"d{number:05}", "text": line}, ensure_ascii=False), file=file)


def run(command, folder, **options):
    return subprocess.run(command, cwd=folder, check=True, **options)


def run_array(folder, block):
    """The body of a job array, as Slurm would run it; one task is killed and run again."""
    count = int(re.search(r"--array=1-(\d+)", block)[1])
    (folder / "array.sh").write_text(block)

    def task(number):
        return {**os.environ, "SLURM_ARRAY_TASK_ID": str(number), "SLURM_ARRAY_TASK_COUNT": str(count),
                "SLURM_CPUS_PER_TASK": "1"}
    for number in range(1, count + 1):
        if number == 2:
            # Killed while it works: no part of its output may be there.
            process = subprocess.Popen(["bash", "array.sh"], cwd=folder, env=task(number),
                                       start_new_session=True)
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait()
                assert not (folder / "segments.2.jsonl").exists(), "a killed task has left an output"
        run(["bash", "array.sh"], folder, env=task(number))
    parts = [json.loads(row) for number in range(1, count + 1)
             for row in open(folder / f"segments.{number}.jsonl")]
    with open(folder / "array.out", "w") as file:
        for row in sorted(parts, key=lambda row: row["doc"]):
            print(json.dumps(row, ensure_ascii=False), file=file)


def rows(path, without=()):
    found = []
    for line in open(path):
        row = json.loads(line)
        found.append({key: value for key, value in row.items() if key not in without})
    return found


def main():
    zk, model, *names = sys.argv[1:]
    zk = os.path.abspath(zk)
    blocks = re.findall(r"^```(sh|python) (\w+)\n(.*?)^```$", PAGE.read_text(), re.M | re.S)
    assert blocks, "the page has no blocks"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "bin").mkdir()
        (folder / "bin" / "zk").symlink_to(zk)
        os.environ.update(PATH=f"{folder}/bin:{os.environ['PATH']}", ZK_MODEL=os.path.abspath(model),
                          PYSPARK_PYTHON=sys.executable)
        corpus(folder)
        run(["zk", "split", "--format", "documents", "lines.txt", "-o", "documents.out"], folder)
        run(["zk", "split", "--format", "text", "lines.txt", "-o", "text.out"], folder)
        run(["zk", "split", "--format", "documents", "documents.jsonl", "-o", "ids.out"], folder)
        for language, name, block in blocks:
            if names and name not in names and language not in names:
                continue
            if language == "python" and not shutil.which("java"):
                print(f"{name}: left out, there is no Java")
                continue
            if name == "array":
                run_array(folder, block)
            elif language == "sh":
                run(["bash", "-euo", "pipefail", "-c", block], folder)
            else:
                run([sys.executable, "-c", block], folder)
            found = folder / f"{name}.out"
            if name.startswith("text"):
                assert found.read_bytes() == (folder / "text.out").read_bytes(), name
            elif language == "python":
                # A task counts its own documents; ids tell them apart.
                expected = rows(folder / "ids.out", {"doc"})
                assert sorted(rows(found, {"doc"}), key=lambda row: row["id"]) == expected, name
            else:
                expected = "ids.out" if "documents.jsonl" in block else "documents.out"
                assert rows(found) == rows(folder / expected), name
            print(f"{name}: as one process")


if __name__ == "__main__":
    main()
