"""Edits: which are refused and why, and which of several counts."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apollonia.domain.edits import (
    Edit,
    Target,
    TargetKind,
    checked,
    edited_as,
    fold_edits,
    overlaid,
)
from apollonia.domain.effective import effective, tags_of
from apollonia.domain.facts import facts_in
from apollonia.errors import InvalidError

PLACE = Target(TargetKind.PLACE, "p")


def an_edit(number: int, actor: str = "owner", **patch: Any) -> Edit:
    return Edit(f"e{number}", PLACE, actor, f"t{number}", checked(TargetKind.PLACE, patch))


def test_values_are_kept_in_one_form():
    patch = {
        "title": "  A   song ",
        "genre": "House",
        "key": "A minor",
        "language": "English",
        "tempo_bpm": 128,
        "year": 1999.0,
        "rating": 4.5,
        "favourite": True,
        "tags": {"summer": True, "old": None, "off": False},
        "note": None,
    }

    assert checked(TargetKind.PLACE, patch) == {
        "title": "A song",
        "genre": ["House"],
        "key": "8A",
        "language": "en",
        "tempo_bpm": 128.0,
        "year": 1999,
        "rating": 4.5,
        "favourite": True,
        "tag/summer": True,
        "tag/old": None,
        "tag/off": None,
        "note": None,
    }


def test_every_field_that_is_wrong_is_told_at_once():
    patch = {
        "title": "",
        "year": 1999.5,
        "key": "H\u00fcpf",
        "tempo_bpm": "fast",
        "rating": 4.2,
        "favourite": 1,
        "genre": [],
        "tags": ["a"],
        "colour": "red",
        "language": "klingonish",
        "disc": 0,
    }

    with pytest.raises(InvalidError) as refused:
        checked(TargetKind.PLACE, patch)
    wrong = {line.split(":")[0] for line in refused.value.message.split("; ")}
    assert wrong == set(patch)


def test_a_target_has_the_fields_of_its_kind():
    with pytest.raises(InvalidError, match="a work has no such field"):
        checked(TargetKind.WORK, {"tempo_bpm": 1})
    with pytest.raises(InvalidError, match="1 to 200 fields"):
        checked(TargetKind.PLACE, {})
    items = {"items": {"a": 1, "b": None}}
    assert checked(TargetKind.COLLECTION, items) == {"item/a": 1.0, "item/b": None}


edits = st.lists(
    st.builds(
        an_edit,
        st.integers(1, 5),
        st.sampled_from(["owner", "guest"]),
        title=st.sampled_from(["a", "b", None]),
        rating=st.sampled_from([1, 2.5, None]),
        tags=st.dictionaries(st.sampled_from("xyz"), st.sampled_from([True, None]), min_size=1),
    ),
    unique_by=lambda it: it.id,
)


@settings(deadline=None)
@given(st.data(), edits)
def test_what_counts_does_not_depend_on_order_repeats_or_batches(data, them):
    again = data.draw(st.permutations([*them, *them]))
    cut = data.draw(st.integers(0, len(again)))
    in_two = fold_edits(again[cut:], fold_edits(again[:cut]).values())
    assert in_two == fold_edits(them)


def test_a_place_counts_more_than_its_content_and_what_is_personal_is_left_out():
    of_place = fold_edits([an_edit(1, title="place", tags={"b": True}), an_edit(2, rating=5)])
    of_content = fold_edits([an_edit(3, title="content", year=2000, tags={"a": True})])

    layers = [of_content.values(), of_place.values()]
    assert overlaid(layers) == {"title": "place", "year": 2000, "tags": ["a", "b"]}
    assert edited_as("p", "abc") == ("content:abc", "place:p")
    assert edited_as("p", None) == ("place:p",)


def test_people_count_before_analysis_and_tags():
    media = {"tags": {"title": "tag", "artist": "tag", "bpm": 90.0, "genre": "Rock"}}
    found = facts_in({"facts": {"tempo_bpm": 60, "key_camelot": "1A", "genres": ["Pop"]}})
    edited = {"title": "T", "tempo_bpm": 120.0, "key": "8A", "genre": ["A", "B"], "tags": ["x"]}

    assert tags_of(media, edited) == {
        "title": "T",
        "artist": "tag",
        "bpm": 90.0,
        "genre": "A; B",
    }
    known = effective(media, found, edited)
    assert (known.tempo_bpm, known.musical_key) == (120.0, "8A")
    assert known.terms == (("genre", "A"), ("genre", "B"), ("genre_found", "Pop"), ("tag", "x"))
