#!/usr/bin/env python3
"""Runs the examples of a document in an empty folder, as a reader would who pastes them.

usage: readme.py [--program ZK] [DOCUMENT…]      README.md when none is named

Blocks run in their order and share the folder:

  ```sh        every line, by sh -eu; all must end with success
  ```console   the lines behind "$ ", whose output must be what follows them
  ```python    by this Python, with the package of python/src

A second word behind `sh` says why a block does not run here: `clone` needs the repository, and
`download` the network. Such blocks are named. The program is the one on the PATH unless --program
names one. Status 1 when a block fails.
"""
import argparse
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
ELSEWHERE = {"clone", "download"}
FENCE = re.compile(r"^```(\S*)[ \t]*(\S*)[ \t]*\n(.*?)^```[ \t]*$", re.DOTALL | re.MULTILINE)


@dataclasses.dataclass
class Block:
    place: str
    language: str
    where: str
    text: str


def blocks_of(path):
    document = path.read_text()
    for match in FENCE.finditer(document):
        line = document.count("\n", 0, match.start()) + 1
        yield Block(f"{path.name}:{line}", *match.groups())


def run(command, folder, environment):
    return subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )


def examples(block):
    """The commands of a console block, each with the output that it shows."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def failure_of(block, folder, environment):
    """What is wrong with a block; None when nothing is."""
    if block.language == "console":
        for command, wanted in examples(block):
            done = run(["sh", "-euc", command], folder, environment)
            if done.returncode != 0:
                return f"{command}\nends with status {done.returncode}\n{done.stdout}"
            if done.stdout != wanted:
                return f"{command}\nshould give\n{wanted}and gives\n{done.stdout}"
        return None
    interpreter = [sys.executable, "-c"] if block.language == "python" else ["sh", "-euc"]
    done = run([*interpreter, block.text], folder, environment)
    if done.returncode != 0:
        return f"{block.text}ends with status {done.returncode}\n{done.stdout}"
    return None


def environment_with(program):
    environment = dict(os.environ, PYTHONPATH=str(ROOT / "python" / "src"))
    for name in ("ZK_MODEL", "ZK_PROGRAM"):
        environment.pop(name, None)
    if program is not None:
        folder = program.resolve().parent
        environment["PATH"] = f"{folder}{os.pathsep}{environment['PATH']}"
    return environment


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--program", type=pathlib.Path)
    parser.add_argument("documents", type=pathlib.Path, nargs="*", default=[ROOT / "README.md"])
    options = parser.parse_args()
    environment = environment_with(options.program)
    ran, failed = 0, 0
    for document in options.documents:
        with tempfile.TemporaryDirectory() as folder:
            for block in blocks_of(document):
                if block.language not in ("sh", "console", "python"):
                    continue
                if block.where in ELSEWHERE:
                    print(f"{block.place}: not run here, needs the {block.where}")
                    continue
                failure = failure_of(block, folder, environment)
                ran += 1
                if failure is not None:
                    failed += 1
                    print(f"{block.place}: FAILED\n{failure}")
                else:
                    print(f"{block.place}: good")
    if ran == 0:
        print("no block was run")
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
