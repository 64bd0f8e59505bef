"""Mixes: tempo, keys, energy, artists, and words for each step."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apollonia.domain.mixing import (
    EnergyCurve,
    MixPlan,
    Track,
    energy_at,
    mix,
    tempo_distance,
    wheel_distance,
)

KEYS = [f"{number}{letter}" for number in range(1, 13) for letter in "AB"]


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [
        ("8A", "8A", 0),
        ("8A", "9A", 1),
        ("8A", "8B", 1),
        ("12B", "1B", 1),
        ("8A", "2A", 6),
        ("8A", "9B", 2),
    ],
)
def test_steps_on_the_wheel(one, other, steps):
    assert wheel_distance(one, other) == wheel_distance(other, one) == steps


def test_half_and_double_time_are_the_same_tempo():
    assert tempo_distance(70, 140) == pytest.approx(0)
    assert tempo_distance(100, 105) == pytest.approx(0.05)


def a_pool(size=80):
    random = Random(1)
    return [
        Track(
            id=f"{at:03}",
            duration_ms=200_000,
            tempo_bpm=random.uniform(85, 140),
            key=random.choice(KEYS),
            energy=random.random(),
            artist=f"artist {at % 20}",
            likeness=0.5,
        )
        for at in range(size)
    ]


def test_tempo_goes_along_its_path_in_small_steps_between_keys_that_fit():
    seed = Track(id="seed", duration_ms=200_000, tempo_bpm=100, key="8A", artist="x")
    steps = mix([seed], a_pool(300), MixPlan(length_ms=2_400_000, tempo=(100, 128)))
    tempi = [it.track.tempo_bpm for it in steps if it.track.tempo_bpm]
    assert steps[0].track is seed
    assert len(steps) == 12
    assert max(tempo_distance(*it) for it in pairwise(tempi)) < 0.08
    assert tempi[-1] > 120
    assert max(wheel_distance(str(a.track.key), str(b.track.key)) for a, b in pairwise(steps)) <= 2
    assert any("neighbours on the wheel" in line for it in steps for line in it.why)


def test_energy_follows_its_curve():
    plan = MixPlan(length_ms=4_000_000, energy=EnergyCurve.RISE, keys=False)
    energies = [it.track.energy or 0 for it in mix([], a_pool(300), plan)]
    assert sum(energies[-4:]) > sum(energies[:4]) + 1
    assert energy_at(EnergyCurve.WAVE, 0) == pytest.approx(0.3)


def test_an_artist_does_not_come_twice_in_a_row_and_every_track_once():
    steps = mix([], a_pool(), MixPlan(length_ms=4_000_000))
    ids = [it.track.id for it in steps]
    assert len(ids) == len(set(ids))
    assert all(a.track.artist != b.track.artist for a, b in pairwise(steps))


def test_all_seeds_are_in_the_mix():
    seeds = a_pool(4)
    steps = mix(seeds, a_pool(40)[4:], MixPlan(length_ms=8_000_000))
    assert {it.id for it in seeds} <= {it.track.id for it in steps}
    assert all("was asked for" in it.why for it in steps if it.track in seeds)


@settings(deadline=None)
@given(
    st.lists(
        st.builds(Track, id=st.text(max_size=3), duration_ms=st.integers(0, 500_000)), max_size=8
    ),
    st.integers(1, 9),
)
def test_whatever_little_is_known_there_is_a_mix(pool, tracks):
    steps = mix([], pool, MixPlan(tracks=tracks))
    assert len(steps) <= tracks
    assert bool(steps) == bool(pool)
