"""Groups out of pairs, and titles without their version."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apollonia.domain.matching.groups import stars
from apollonia.domain.titles import base_title, episode_of

NAMES = st.sampled_from("abcdefg")


def test_a_chain_is_grouped_around_its_middle():
    assert stars([("a", "b"), ("b", "c")]) == [("b", "a", "c")]


@settings(deadline=None)
@given(st.lists(st.tuples(NAMES, NAMES).filter(lambda it: it[0] != it[1])))
def test_everybody_is_in_one_group_at_most_and_like_its_first(pairs):
    groups = stars(pairs)
    members = [it for group in groups for it in group]
    assert len(members) == len(set(members))
    known = {frozenset(it) for it in pairs}
    assert all(frozenset((group[0], it)) in known for group in groups for it in group[1:])


@pytest.mark.parametrize(
    ("title", "base"),
    [
        ("song", "song"),
        ("song (live)", "song"),
        ("song [2009 mix] (feat. x)", "song"),
        ("song - 2009 remaster", "song"),
        ("one - two", "one - two"),
        ("(untitled)", "(untitled)"),
    ],
)
def test_titles_without_their_version(title, base):
    assert base_title(title) == base


@pytest.mark.parametrize(
    ("name", "episode"),
    [
        ("The.Show.S01E02.mkv", ("the show", 1, 2)),
        ("the show - 1x02 - Title.mkv", ("the show", 1, 2)),
        ("1920x1080 film.mkv", None),
        ("film.mkv", None),
    ],
)
def test_episodes_by_their_names(name, episode):
    assert episode_of(name) == episode
