#!/usr/bin/env python3
"""Compares checkpoints, byte for byte but for the time that training took: same-run.py FILE...

What differs is `elapsed_seconds`, which a clock said, and the checksum over it.
"""

import json
import struct
import subprocess
import sys


def content(path):
    data = subprocess.run(["zstd", "-dcq", path], check=True, capture_output=True).stdout
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    metadata = header["__metadata__"]
    del metadata["checksum"]
    state = json.loads(metadata["state"])
    assert state.pop("elapsed_seconds") > 0
    metadata["state"] = state
    return header, data[8 + length:]


first, *others = sys.argv[1:]
expected = content(first)
for path in others:
    found = content(path)
    assert found[0] == expected[0], f"{path}: the header is not that of {first}"
    assert found[1] == expected[1], f"{path}: the arrays are not those of {first}"
print(f"{len(others) + 1} checkpoints are equal: {expected[0]['__metadata__']['id']}")
