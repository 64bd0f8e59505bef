"""Cuts, dissolves and fades of generated clips, without a codec between."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from apollonia.analyze.seeing.joins import find_joins
from apollonia.analyze.seeing.resize import shrunk
from apollonia.analyze.seeing.scenes import chapters_of, scenes_of
from apollonia.testing.clips import Join, JoinKind, make_clip

SIZE = (64, 36)
SEEDS = range(3)


def tiny(image) -> np.ndarray:
    small = shrunk(image, 18, 32)
    r, g, b = small[..., 0], small[..., 1], small[..., 2]
    luma = 16 + 0.257 * r + 0.504 * g + 0.098 * b
    u = 128 - 0.148 * r - 0.291 * g + 0.439 * b
    v = 128 + 0.439 * r - 0.368 * g - 0.071 * b
    planes = [luma.ravel(), shrunk(u, 9, 16).ravel(), shrunk(v, 9, 16).ravel()]
    return np.round(np.concatenate(planes)).clip(0, 255).astype(np.uint8)


@cache
def seen(seed: int, kinds: tuple[JoinKind, ...]) -> tuple[np.ndarray, tuple[Join, ...]]:
    clip = make_clip(seed, kinds=kinds, scenes=6, size=SIZE)
    return np.array([tiny(frame) for frame in clip.frames()]), tuple(clip.joins)


def rated(kinds: tuple[JoinKind, ...], like) -> tuple[float, float]:
    """Recall and precision over all seeds."""
    found = right = wanted = 0
    for seed in SEEDS:
        frames, truth = seen(seed, kinds)
        got = find_joins(frames)
        matched = {n for join in truth for n, it in enumerate(got) if like(it, join)}
        found, right, wanted = found + len(got), right + len(matched), wanted + len(truth)
    return right / wanted, right / found


def test_cuts_are_found_to_the_frame_and_flashes_are_none():
    recall, precision = rated(
        ("cut",), lambda it, join: it.kind == "cut" and abs(it.start - join.start) <= 1
    )
    assert recall >= 0.95
    assert precision >= 0.95


def test_dissolves_and_fades_are_found():
    recall, precision = rated(
        ("dissolve", "fade"),
        lambda it, join: it.kind == join.kind and it.start < join.end and join.start < it.end,
    )
    assert recall >= 0.8
    assert precision >= 0.8


def test_black_at_both_ends_is_no_join():
    frames = np.full((60, 864), 128, np.uint8)
    ramp = np.concatenate((np.linspace(0, 1, 20), np.ones(20), np.linspace(1, 0, 20)))
    pattern = np.tile(np.array([40, 200], np.uint8), 288)
    frames[:, :576] = np.round(16 + ramp[:, np.newaxis] * (pattern - 16.0))
    assert find_joins(frames) == []


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_hardly_any_frames_have_no_joins(count):
    assert find_joins(np.full((count, 864), 90, np.uint8)) == []


def test_scenes_have_no_gaps_and_key_frames_inside():
    frames, _ = seen(1, ("cut", "dissolve"))
    times = np.arange(len(frames)) / 25
    joins = find_joins(frames)
    scenes = scenes_of(frames, times, len(frames) / 25, joins)
    assert len(scenes) == len(joins) + 1
    assert scenes[0].start_s == 0
    assert scenes[-1].end_s == len(frames) / 25
    for scene, after in pairwise(scenes):
        assert scene.end_s == after.start_s
    assert all(scene.start_s <= scene.key_s < scene.end_s for scene in scenes)


def test_chapters_are_few_apart_and_begin_at_fades():
    joins = [find_join_at(number, "fade" if number % 4 == 0 else "cut") for number in range(1, 40)]
    times = np.arange(40 * 750) / 25
    frames = np.zeros((len(times), 864), np.uint8)
    scenes = scenes_of(frames, times, 1200.0, joins)
    chapters = chapters_of(scenes, joins, 1200.0)
    assert chapters[0] == 0
    assert 3 <= len(chapters) <= 5
    assert all(start % 120 == pytest.approx(0, abs=1) for start in chapters)
    assert chapters_of(scenes[:4], joins[:3], 120.0) == []


def find_join_at(number: int, kind: JoinKind):
    from apollonia.analyze.seeing.joins import Join as Found

    return Found(kind, number * 750, number * 750, 80.0)
