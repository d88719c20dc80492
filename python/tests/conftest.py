"""The tests run the real program: ZK_PROGRAM, else a build of this repository, else the PATH."""

import os
from pathlib import Path

import pytest

import zk

REPOSITORY = Path(__file__).resolve().parents[2]

if "ZK_PROGRAM" not in os.environ:
    for build in (".build-install/zk", ".build/release/zk"):
        if os.access(REPOSITORY / build, os.X_OK):
            os.environ["ZK_PROGRAM"] = str(REPOSITORY / build)
            break


def pytest_sessionstart() -> None:
    try:
        zk.program_path()
    except zk.ProgramNotFound as error:
        pytest.exit(str(error), returncode=4)


@pytest.fixture
def texts() -> list[str]:
    return ["The river rises in the hills.", "", "Café, \"naïve\"\nand a second line 🙂."]
