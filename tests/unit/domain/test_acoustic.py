"""Recordings with known truth: which are found to be the same, and where."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apollonia.domain.matching.acoustic import (
    ITEM_S,
    MAX_TERMS,
    compare,
    terms_of,
    votes_between,
)
from apollonia.domain.matching.likeness import Nature
from apollonia.testing.fingerprints import a_recording, encoded_again


@pytest.fixture(scope="module")
def recordings():
    random = Random(7)
    return [a_recording(random) for _ in range(12)]


@pytest.mark.parametrize("error_rate", [0.0, 0.02, 0.05, 0.1])
def test_a_recording_encoded_again_is_the_same(recordings, error_rate):
    random = Random(1)
    for items in recordings:
        found = compare(items, encoded_again(random, items, error_rate))
        assert found is not None
        assert found.nature is Nature.SAME
        assert found.evidence["offset_s"] == 0
        assert found.evidence["bit_error_rate"] == pytest.approx(error_rate, abs=0.01)
        assert found.score > 0.75


def test_different_recordings_are_not_joined(recordings):
    pairs = [(one, other) for one in recordings for other in recordings if one is not other]
    assert not [1 for one, other in pairs if compare(one, other)]


@pytest.mark.parametrize("seconds", [20, 30, 60])
def test_an_excerpt_is_found_where_it_is(recordings, seconds):
    random = Random(2)
    found = 0
    for items in recordings:
        length = round(seconds / ITEM_S)
        start = random.randrange(len(items) - length)
        excerpt = encoded_again(random, items[start : start + length], 0.04)
        likeness = compare(excerpt, items)
        if likeness is not None:
            found += 1
            assert likeness.nature is Nature.EXCERPT
            assert likeness.evidence["offset_s"] == pytest.approx(start * ITEM_S, abs=0.2)
    assert found >= 11  # recall at a bit error rate of 4 %


def test_a_later_start_and_another_ending_are_still_the_same_recording(recordings):
    random = Random(3)
    one, other = recordings[0], recordings[1]
    shifted = (*other[:60], *encoded_again(random, one, 0.03), *other[60:120])
    found = compare(one, shifted)
    assert found is not None
    assert (found.nature, found.evidence["offset_s"]) == (Nature.SAME, round(60 * ITEM_S, 2))


def test_a_medley_shares_a_passage_with_each_of_its_parts(recordings):
    medley = (*recordings[0][:300], *recordings[1][:300], *recordings[2][:300])
    for items in recordings[:3]:
        found = compare(items, medley)
        assert found is not None
        assert found.nature is Nature.PASSAGE
        assert found.evidence["overlap_s"] == pytest.approx(300 * ITEM_S, abs=5)
    assert compare(recordings[3], medley) is None


def test_an_edit_with_a_cut_agrees_in_two_segments(recordings):
    items = recordings[4]
    edit = (*items[:500], *items[800:])
    found = compare(items, edit)
    assert found is not None
    assert len(found.evidence["segments"]) == 2
    assert found.evidence["coverage"]["shorter"] > 0.9


def test_silence_says_nothing(recordings):
    silence = (627964279,) * 200
    one, other = (*silence, *recordings[5]), (*silence, *recordings[6])
    assert compare(one, other) is None
    assert compare(silence, silence) is None


def test_very_long_recordings_are_indexed_by_few_terms_that_their_excerpts_share():
    random = Random(5)
    items = tuple(random.getrandbits(32) for _ in range(80_000))
    assert sum(map(len, terms_of(items).values())) <= MAX_TERMS
    assert max(votes_between(items[10_000:16_000], items).values()) > 10


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**32 - 1), max_size=80), st.lists(st.integers(0, 2**32 - 1)))
def test_anything_may_be_compared_both_ways(one, other):
    there, back = compare(one, other), compare(other, one)
    for found in (there, back):
        assert found is None or 0 <= found.score <= 1
