"""Keys as they are written, on the wheel."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apollonia.domain.musical_keys import camelot_of, name_of_key


@pytest.mark.parametrize(
    ("text", "camelot"),
    [
        ("A minor", "8A"),
        ("Am", "8A"),
        ("C", "8B"),
        ("C major", "8B"),
        ("CM", "8B"),
        ("F# minor", "11A"),
        ("Gbm", "11A"),
        ("G♯ minor", "1A"),
        ("Bb", "6B"),
        ("Eb major", "5B"),
        ("b moll", "10A"),
        (" 8a ", "8A"),
        ("08B", "8B"),
        ("1m", "8A"),
        ("12d", "7B"),
        ("13A", None),
        ("0A", None),
        ("o", None),
        ("", None),
        ("A sad song", None),
    ],
)
def test_camelot_of_what_people_write(text, camelot):
    assert camelot_of(text) == camelot


def test_names_and_the_wheel_are_each_others_inverse():
    wheel = [f"{number}{letter}" for number in range(1, 13) for letter in "AB"]

    assert [camelot_of(name_of_key(key)) for key in wheel] == wheel
    assert len({name_of_key(key) for key in wheel}) == 24


@settings(deadline=None)
@given(st.text(max_size=20))
def test_no_text_is_an_error(text):
    found = camelot_of(text)
    assert found is None or camelot_of(found) == found
