"""Finds the program, and runs it with a stream of lines in and a stream of lines out."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import IO

BUNDLED = Path(__file__).parent / "program" / "bin" / "zk"


class Error(Exception):
    """What the program said before it ended without success."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        #: The program's exit status, such as 64 for usage or 65 for bad data; negative for a signal.
        self.status = status


class ProgramNotFound(Error):
    """There is no program to run."""

    def __init__(self, message: str) -> None:
        super().__init__(message, 127)


def program_path() -> str:
    """The program that is run: ZK_PROGRAM, else the one in this package, else `zk` on the PATH."""
    named = os.environ.get("ZK_PROGRAM")
    if named:
        if not os.access(named, os.X_OK):
            raise ProgramNotFound(f"ZK_PROGRAM is {named}, which cannot be run")
        return named
    if os.access(BUNDLED, os.X_OK):
        return str(BUNDLED)
    found = shutil.which("zk")
    if found is None:
        raise ProgramNotFound(
            "the program zk is neither in this package nor on the PATH; "
            "install it or name it in the environment as ZK_PROGRAM"
        )
    return found


def run(arguments: list[str]) -> bytes:
    """The output of a short run without input."""
    return b"".join(stream(arguments, ()))


def stream(arguments: list[str], lines: Iterable[bytes]) -> Generator[bytes, None, None]:
    """The program's output, line by line, while it is given `lines`.

    A thread of its own reads `lines` and writes them, and it waits where the program does not keep
    up; so neither side can block the other, and no more lies in memory than pipes hold. What
    `lines` raises is raised here, behind the results of what came before it. An iterator that is
    closed early ends the program.
    """
    with tempfile.TemporaryFile() as messages:
        process = subprocess.Popen(
            [program_path(), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=messages,
        )
        feeder = _Feeder(lines, process.stdin)
        try:
            feeder.start()
            assert process.stdout is not None
            yield from process.stdout
            status = process.wait()
            feeder.raise_failure()
            if status != 0:
                messages.seek(0)
                raise Error(_message(messages.read(), status), status)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


class _InputClosed(Exception):
    """The program reads no more."""


class _Feeder(threading.Thread):
    def __init__(self, lines: Iterable[bytes], target: IO[bytes] | None) -> None:
        # A daemon: an input that never ends must not keep Python from ending.
        super().__init__(name="zk-input", daemon=True)
        self._lines = lines
        self._target = target
        self._failure: BaseException | None = None

    def run(self) -> None:
        assert self._target is not None
        # The program may have ended; its status says why.
        with contextlib.suppress(BrokenPipeError), self._target as target:
            try:
                for line in self._lines:
                    self._write(line, target)
            except _InputClosed:
                pass
            except BaseException as failure:
                self._failure = failure

    @staticmethod
    def _write(line: bytes, target: IO[bytes]) -> None:
        try:
            target.write(line)
            # What is there is answered at once, whatever the next line waits for.
            target.flush()
        except BrokenPipeError:
            raise _InputClosed from None

    def raise_failure(self) -> None:
        """Raises what the input raised; it was noted before the program's input ended."""
        if self._failure is not None:
            raise self._failure


def _message(output: bytes, status: int) -> str:
    """What the program said; its messages begin with its name and verb."""
    text = output.decode("utf-8", "replace").strip()
    if text:
        return text
    return f"zk was ended by signal {-status}" if status < 0 else f"zk ended with status {status}"
