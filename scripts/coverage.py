#!/usr/bin/env python3
"""Prints the share of lines that tests run, room by room, from llvm-cov's summary."""

import collections
import json
import os
import sys


def room(path):
    """The room of a source file, or None when it is not the project's own."""
    parts = os.path.relpath(path).split(os.sep)
    if parts[:2] == ["Sources", "ZonkeyCore"]:
        return parts[2]
    if parts[:2] == ["Sources", "zk"]:
        return "zk"
    return None


def main():
    lines = collections.defaultdict(lambda: [0, 0])
    with open(sys.argv[1], encoding="utf-8") as file:
        report = json.load(file)
    for entry in report["data"][0]["files"]:
        name = room(entry["filename"])
        if name:
            for key in (name, "all"):
                lines[key][0] += entry["summary"]["lines"]["covered"]
                lines[key][1] += entry["summary"]["lines"]["count"]
    for name, (covered, count) in sorted(lines.items(), key=lambda item: item[0] == "all"):
        print(f"{name:12} {100 * covered / max(1, count):5.1f} %  {covered} of {count} lines")


if __name__ == "__main__":
    main()
