"""What goes in comes out: texts, segments, latents."""

import dataclasses
import json
import subprocess

import numpy as np
import pytest

import zk


@pytest.mark.parametrize("level", [0, 1])
def test_segments_tile_the_text(texts, level):
    results = list(zk.split(texts, level=level))
    assert len(results) == len(texts)
    for text, segments in zip(texts, results, strict=True):
        assert "".join(segment.text for segment in segments) == text
        place = 0
        for segment in segments:
            assert segment.start == place
            place += len(segment.text.encode())
            assert segment.end == place
            assert 0 <= segment.probability <= 1
    assert results[1] == []
    assert results[0][0].probability == 1


def test_rules_for_starts(texts):
    def count(**rule):
        return sum(map(len, zk.split(texts, **rule)))

    assert count(threshold=0.9999999) <= count() <= count(threshold=0.0)
    assert count(mean_length=16) < count(mean_length=2)
    first = list(zk.split(texts, sample=True, seed=3))
    assert first == list(zk.split(texts, sample=True, seed=3))
    with pytest.raises(zk.Error, match="Only one of"):
        list(zk.split(texts, sample=True, threshold=0.5))


@pytest.mark.parametrize("half", [False, True])
def test_latents_are_matrices(texts, half):
    model = zk.Model()
    results = list(model.encode(texts, level=0, half=half))
    segments = list(model.split(texts, level=0))
    width = results[0].vectors.shape[1]
    for text, latents, own in zip(texts, results, segments, strict=True):
        assert latents.vectors.dtype == (np.float16 if half else np.float32)
        assert latents.vectors.shape == (len(own), width)
        assert latents.starts == [segment.start for segment in own]
        assert latents.byte_count == len(text.encode())
        assert latents.model == model.id
        assert len(latents) == len(own)
    together = np.vstack(results)
    assert together.shape == (sum(map(len, results)), width)
    assert np.isfinite(together).all()


def test_every_level_has_the_starts_below_it(texts):
    model = zk.Model()
    for level in range(model.level_count):
        for latents in model.encode(texts, level=level):
            assert latents.level == level
            assert len(latents.inner or []) == level


def test_the_default_level_is_that_of_the_program(texts):
    command = [zk.program_path(), "encode", "-q"]
    done = subprocess.run(command, input=b"one line", capture_output=True, check=True)
    level = json.loads(done.stdout)["level"]
    assert {latents.level for latents in zk.encode(texts)} == {level}


def test_decoding_gives_as_many_bytes(texts):
    latents = list(zk.encode(texts, level=0))
    decoded = list(zk.decode(latents))
    assert len(decoded) == len(texts)
    assert decoded[1] == ""
    # ASCII in, and what the model says of it: of the same length where starts are known.
    assert len(decoded[0].encode()) == len(texts[0])
    same = sum(a == b for a, b in zip(decoded[0], texts[0]))
    assert same > len(texts[0]) / 2


def test_decoding_what_was_changed(texts):
    latents = next(zk.encode(texts[:1], level=0))
    kept = dataclasses.replace(latents, vectors=np.array(latents))
    noisy = dataclasses.replace(latents, vectors=-latents.vectors)
    bare = zk.Latents(latents.vectors, level=0, model=latents.model)
    same, other, inferred = zk.decode([kept, noisy, bare])
    assert same == next(zk.decode([latents]))
    assert other != same
    assert inferred == next(zk.decode([latents], infer_starts=True))


def test_half_precision_goes_both_ways(texts):
    whole, half = (next(zk.encode(texts[:1], level=0, half=half)) for half in (False, True))
    assert np.array_equal(whole.vectors.astype(np.float16), half.vectors)
    assert next(zk.decode([half])) != ""


def test_latents_of_another_shape():
    with pytest.raises(ValueError, match="a matrix"):
        list(zk.decode([zk.Latents(np.zeros(3, np.float32), level=0, model="0" * 16)]))


def test_generation_follows_the_seed():
    first = list(zk.generate(2, seed=7, steps=2, level=0))
    assert len(first) == 2
    assert first == list(zk.generate(2, seed=7, steps=2, level=0))
    assert first != list(zk.generate(2, seed=8, steps=2, level=0))


def test_infilling_keeps_what_is_known():
    (filled,) = zk.infill(["The capital of {{2}} is Paris."], steps=2, level=0)
    assert filled.startswith("The capital of ")
    assert filled.endswith(" is Paris.")
    (marked,) = zk.infill(["The capital of <gap> is Paris."], gap="<gap>", steps=2, level=0)
    assert "<gap>" not in marked


def test_arithmetic_and_threads_are_passed_on(texts):
    plain = list(zk.Model(threads=1).encode(texts, level=0))
    both = list(zk.Model(threads=2).encode(texts, level=0))
    assert all(np.array_equal(a.vectors, b.vectors) for a, b in zip(plain, both, strict=True))
    rounded = list(zk.Model(arithmetic="int8").encode(texts, level=0))
    assert not np.array_equal(plain[0].vectors, rounded[0].vectors)
    assert np.allclose(plain[0].vectors, rounded[0].vectors, atol=0.3)


def test_model_tells_what_it_is():
    model = zk.Model()
    assert len(model.id) == 16
    assert model.level_count == len(model.info["configuration"]["levels"])
    named = zk.Model(model.info["file"])
    assert named.id == model.id
