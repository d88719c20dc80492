"""Puts the program into the wheel when it is built where the program is.

Looked for in this order: the environment's ZK_PROGRAM, the builds of the repository around this
folder, `zk` on the PATH. Without a program the wheel has Python alone and fits every platform.
"""

import os
import shutil
import subprocess
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

REPOSITORY = Path(__file__).resolve().parent.parent
BUILDS = [".build-install/zk", ".build/release/zk"]


def find_program():
    named = os.environ.get("ZK_PROGRAM")
    if named:
        if not os.access(named, os.X_OK):
            raise SystemExit(f"ZK_PROGRAM is {named}, which cannot be run")
        return Path(named)
    for build in BUILDS:
        if os.access(REPOSITORY / build, os.X_OK):
            return REPOSITORY / build
    found = shutil.which("zk")
    return Path(found) if found else None


def find_model(program):
    """The default model: in a folder above the program, as the program itself looks for it."""
    for folder in [*program.resolve().parents, REPOSITORY]:
        model = folder / "share/zk/default.zk"
        if model.is_file():
            return model
    return None


class BuildWithProgram(build_py):
    def run(self):
        super().run()
        target = Path(self.build_lib, "zk", "program")
        shutil.rmtree(target, ignore_errors=True)
        program = find_program()
        if program is None or self.editable_mode:
            return
        (target / "bin").mkdir(parents=True)
        shutil.copy(program, target / "bin/zk")
        if shutil.which("strip"):
            # What cannot be stripped, such as a script, stays as it is.
            subprocess.run(["strip", target / "bin/zk"], check=False)
        model = find_model(program)
        if model is not None:
            (target / "share/zk").mkdir(parents=True)
            shutil.copy(model, target / "share/zk/default.zk")


class WheelWithProgram(bdist_wheel):
    """A wheel of this platform for any Python, or for any platform without the program."""

    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


class PackageWithProgram(Distribution):
    def has_ext_modules(self):
        """Whether the wheel depends on the platform."""
        return find_program() is not None


setup(
    distclass=PackageWithProgram,
    cmdclass={"build_py": BuildWithProgram, "bdist_wheel": WheelWithProgram},
)
