"""Streams, early ends and errors."""

import itertools
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import zk

TEXT = "The river rises in the hills and runs down to the sea. " * 8


def test_results_come_while_the_input_goes_on():
    """A text is answered before the next one is given."""
    answered = threading.Event()

    def texts():
        yield TEXT
        assert answered.wait(timeout=30), "the first answer did not come"
        yield TEXT

    results = zk.split(texts())
    first = next(results)
    answered.set()
    assert list(results) == [first]


def test_an_endless_input_can_be_left():
    given = itertools.count()
    endless = (f"{next(given)} {TEXT}" for _ in itertools.repeat(None))
    results = list(itertools.islice(zk.split(endless), 100))
    assert len(results) == 100
    # Only what the pipes and a round hold was read ahead.
    assert next(given) < 20_000


def test_a_slow_reader_blocks_nobody():
    """Many pipes' worth in both directions, while nobody reads at first."""
    count = 3000
    results = zk.split(TEXT for _ in range(count))
    first = next(results)
    time.sleep(0.5)
    number = 1
    for segments in results:
        assert segments == first
        number += 1
    assert number == count


def test_memory_does_not_grow_with_the_input():
    script = """
import resource, sys, zk
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
text = "The river rises in the hills. " * 30
for _ in zk.split(text for _ in range(300)): pass
before = peak()
for _ in zk.split(text for _ in range(3000)): pass
print(peak() - before)
"""
    environment = dict(os.environ, PYTHONPATH=str(Path(zk.__file__).parents[1]))
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, check=True
    )
    # Kilobytes; what the second run gives would be some 100 MB as Python objects.
    assert int(done.stdout) < 8_000


def test_closing_ends_the_program():
    results = zk.split(TEXT for _ in itertools.repeat(None))
    next(results)
    before = children()
    assert before
    results.close()
    assert not children() & before


def children():
    """The processes that this one has started and that still run."""
    path = f"/proc/{os.getpid()}/task"
    return {
        child
        for task in os.listdir(path)
        for child in open(f"{path}/{task}/children").read().split()
    }


def test_what_the_input_raises_comes_out_behind_its_results():
    def texts():
        yield TEXT
        raise LookupError("no more")

    results = zk.split(texts())
    assert next(results)
    with pytest.raises(LookupError, match="no more"):
        next(results)


def test_a_text_that_is_no_text():
    with pytest.raises(UnicodeEncodeError):
        list(zk.split(["\ud800"]))
    with pytest.raises(TypeError, match="not one string"):
        zk.split("one string")


def test_errors_are_the_programs(tmp_path):
    missing = zk.Model(tmp_path / "missing.zk")
    with pytest.raises(zk.Error, match="missing.zk") as caught:
        list(missing.split([TEXT]))
    assert caught.value.status == 66
    (tmp_path / "bad.zk").write_text("this is no checkpoint")
    with pytest.raises(zk.Error, match="not a checkpoint") as caught:
        next(zk.Model(tmp_path / "bad.zk").encode([TEXT]))
    assert caught.value.status == 65
    with pytest.raises(zk.Error, match="levels 0 to"):
        list(zk.encode([TEXT], level=9))


def test_latents_of_another_model():
    latents = next(zk.encode([TEXT], level=0))
    foreign = zk.Latents(latents.vectors, level=0, model="0" * 16)
    with pytest.raises(zk.Error, match="latents of model 0000"):
        list(zk.decode([foreign]))


def test_an_error_behind_good_results():
    latents = next(zk.encode([TEXT], level=0))
    foreign = zk.Latents(latents.vectors, level=0, model="0" * 16)
    results = zk.decode(itertools.chain([latents] * 3, [foreign], [latents] * 500))
    good = list(itertools.islice(results, 3))
    assert len(set(good)) == 1
    with pytest.raises(zk.Error):
        next(results)


def test_several_streams_at_once():
    streams = [zk.split(TEXT for _ in range(50)) for _ in range(4)]
    rows = list(zip(*streams, strict=True))
    assert len(rows) == 50
    assert all(row[0] == other for row in rows for other in row)


def test_progress_is_shown(capsys):
    tqdm = pytest.importorskip("tqdm")
    assert len(list(zk.split([TEXT] * 3, progress=True))) == 3
    assert "3/3" in capsys.readouterr().err
    assert tqdm


def test_the_program_is_found(monkeypatch, tmp_path):
    real = zk.program_path()
    monkeypatch.setenv("ZK_PROGRAM", str(tmp_path / "zk"))
    with pytest.raises(zk.ProgramNotFound, match="cannot be run"):
        list(zk.split([TEXT]))
    monkeypatch.delenv("ZK_PROGRAM")
    monkeypatch.setattr("zk._program.BUNDLED", tmp_path / "zk")
    (tmp_path / "zk").symlink_to(real)
    assert zk.program_path() == str(tmp_path / "zk")
    monkeypatch.setattr("zk._program.BUNDLED", tmp_path / "none")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert zk.program_path() == str(tmp_path / "zk")
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(zk.ProgramNotFound, match="neither in this package nor on the PATH"):
        zk.program_path()
