#!/usr/bin/env python3
"""Runs the examples of a document in an empty folder, as a reader would who pastes them.

usage: readme.py [--program ZK | --install] [--update] [DOCUMENT…]

README.md when no document is named. Blocks run in their order, behind what installs, and share the folder:

  ```sh        by sh -eu; all must end with success
  ```console   the lines behind "$ ", whose output must be what follows them
  ```python    by this Python, with the package of python/src

A second word behind `sh` says what a block needs:

  clone      the repository: with --install it runs there, with PREFIX set to a new folder, and
             what it installs is the program of the blocks behind it; else it is named and left out
  download   the network: curl gives it the small dump of the tests in the place of a large one

Training for minutes or hours takes two seconds here, the demo ten. With --update the outputs in
the document become those of this run. The program is the one that --program names, else the one on
the PATH. Status 1 when a block fails or none ran.
"""
import argparse
import bz2
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^```(\S*)[ \t]*(\S*)[ \t]*\n(.*?)^```[ \t]*$", re.DOTALL | re.MULTILINE)
LONG_TIME = re.compile(r"--time [0-9]+[mh]\b")
# Writes the dump to the file whose name follows -o, or to the last part of the address.
CURL = """#!/bin/sh -eu
for word; do name=${word##*/}; done
cp "$README_DUMP" "$name"
"""


@dataclasses.dataclass
class Block:
    place: str
    language: str
    needs: str
    text: str


def blocks_of(path, document):
    for match in FENCE.finditer(document):
        line = document.count("\n", 0, match.start()) + 1
        yield Block(f"{path.name}:{line}", *match.groups())


def run(command, folder, environment):
    return subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )


class Walk:
    """One walk through a document: its folder, and the environment in which blocks run."""

    def __init__(self, folder, program, installs):
        self.installs = installs
        self.work = folder / "work"
        self.work.mkdir()
        tools = folder / "tools"
        tools.mkdir()
        curl = tools / "curl"
        curl.write_text(CURL)
        curl.chmod(0o755)
        dump = folder / "dump.xml.bz2"
        dump.write_bytes(bz2.compress((ROOT / "Tests/Fixtures/demo-wiki.xml").read_bytes()))
        prefix = folder / "prefix"
        paths = [tools, prefix / "bin"] + ([program.resolve().parent] if program else [])
        self.environment = dict(
            os.environ, PYTHONPATH=str(ROOT / "python" / "src"), README_DUMP=str(dump),
            PREFIX=str(prefix), DEMO_TIME="10s",
            PATH=os.pathsep.join([*map(str, paths), os.environ["PATH"]]))
        for name in ("ZK_MODEL", "ZK_PROGRAM", "MAKEFLAGS", "MAKELEVEL"):
            self.environment.pop(name, None)

    def leaves_out(self, block):
        return block.needs == "clone" and not self.installs

    def failure(self, block):
        """What is wrong with a block, and the text that it should have; None when nothing is."""
        if block.language == "console":
            return self.console(block)
        text = LONG_TIME.sub("--time 2s", block.text)
        interpreter = [sys.executable, "-c"] if block.language == "python" else ["sh", "-euc"]
        folder = ROOT if block.needs == "clone" else self.work
        done = run([*interpreter, text], folder, self.environment)
        if done.returncode != 0:
            return f"{text}ends with status {done.returncode}\n{done.stdout}", block.text
        return None, block.text

    def console(self, block):
        failure, text = None, ""
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, _, wanted = part.partition("\n")
            done = run(["sh", "-euc", command], self.work, self.environment)
            text += f"$ {command}\n{done.stdout}"
            if done.returncode != 0:
                failure = f"{command}\nends with status {done.returncode}\n{done.stdout}"
            elif done.stdout != wanted:
                failure = f"{command}\nshould give\n{wanted}and gives\n{done.stdout}"
        return failure, text


def walk_through(path, options):
    """Runs the blocks of a document; counts those that ran and those that failed."""
    document = path.read_text()
    ran, failed = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        walk = Walk(pathlib.Path(folder), options.program, options.install)
        # The first lines of a page show what there is to be had: it is installed before.
        blocks = sorted(blocks_of(path, document), key=lambda block: block.needs != "clone")
        for block in blocks:
            if block.language not in ("sh", "console", "python"):
                continue
            if walk.leaves_out(block):
                print(f"{block.place}: not run, needs --install")
                continue
            start = time.monotonic()
            failure, text = walk.failure(block)
            seconds = time.monotonic() - start
            ran += 1
            if failure is not None and options.update and text != block.text:
                document = document.replace(block.text, text, 1)
                print(f"{block.place}: updated")
            elif failure is not None:
                failed += 1
                print(f"{block.place}: FAILED\n{failure}")
            else:
                print(f"{block.place}: good, {seconds:.1f} s", flush=True)
    if options.update:
        path.write_text(document)
    return ran, failed


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--program", type=pathlib.Path)
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("documents", type=pathlib.Path, nargs="*", default=[ROOT / "README.md"])
    options = parser.parse_args()
    counts = [walk_through(path, options) for path in options.documents]
    ran, failed = (sum(column) for column in zip(*counts))
    print(f"{ran} blocks run, {failed} failed")
    return 1 if failed or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
