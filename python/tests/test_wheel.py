"""A wheel that is built beside the program runs without any other."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import zk

PACKAGE = Path(__file__).resolve().parents[1]


def build(folder, **environment):
    """A wheel, built with the setuptools that is here: nothing is fetched."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "--wheel-dir", folder, PACKAGE]
    subprocess.run(command, check=True, env=dict(os.environ, **environment))
    (wheel,) = Path(folder).glob("*.whl")
    return wheel


@pytest.fixture(autouse=True)
def setuptools():
    found = pytest.importorskip("setuptools")
    if int(found.__version__.split(".")[0]) < 77:
        pytest.skip("needs setuptools 77 or later")


def test_the_program_is_inside(tmp_path):
    wheel = build(tmp_path / "wheel", ZK_PROGRAM=zk.program_path())
    assert "-py3-none-" in wheel.name
    assert not wheel.name.endswith("-any.whl")
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    subprocess.run([*install, "--target", site, wheel], check=True)
    script = "import zk; print(zk.program_path()); print(len(next(zk.split(['one two']))))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PATH": "/nonexistent", "PYTHONPATH": str(site)},
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )
    path, segments = done.stdout.split()
    assert Path(path).is_relative_to(site)
    assert int(segments) >= 1


def test_without_a_program_it_fits_every_platform(tmp_path, monkeypatch):
    for program in (".build-install/zk", ".build/release/zk"):
        if (PACKAGE.parent / program).exists():
            pytest.skip("the repository around it has a build")
    monkeypatch.delenv("ZK_PROGRAM", raising=False)
    wheel = build(tmp_path, PATH="/usr/bin:/bin")
    names = zipfile.ZipFile(wheel).namelist()
    assert wheel.name.endswith("-py3-none-any.whl")
    assert "zk/py.typed" in names
    assert not any(name.startswith("zk/program") for name in names)
