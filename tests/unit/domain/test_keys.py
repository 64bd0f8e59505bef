import pytest
from hypothesis import given
from hypothesis import strategies as st

from apollonia.domain.keys import MusicalKey

KEYS = st.builds(MusicalKey, st.integers(0, 11), st.sampled_from(("major", "minor")))


@pytest.mark.parametrize(
    ("name", "camelot", "open_key"),
    [
        ("C major", "8B", "1d"),
        ("A minor", "8A", "1m"),
        ("G major", "9B", "2d"),
        ("E minor", "9A", "2m"),
        ("F major", "7B", "12d"),
        ("Db major", "3B", "8d"),
        ("G# minor", "1A", "6m"),
        ("B major", "1B", "6d"),
    ],
)
def test_names_lie_on_the_circle_of_fifths(name, camelot, open_key):
    key = MusicalKey.parse(name)
    assert (key.name, key.camelot, key.open_key) == (name, camelot, open_key)


@given(KEYS)
def test_every_name_of_a_key_leads_back_to_it(key):
    short = key.tonic + ("m" if key.scale == "minor" else "")
    for name in (key.name, key.camelot, key.open_key, short, key.name.lower()):
        assert MusicalKey.parse(name) == key


def test_twenty_four_keys_have_twenty_four_places():
    keys = [MusicalKey(number, scale) for number in range(12) for scale in ("major", "minor")]
    assert len({key.camelot for key in keys}) == len({key.open_key for key in keys}) == 24


@pytest.mark.parametrize("name", ["", "H major", "A dorian", "13A", "0B", "C# # minor"])
def test_what_is_no_key_is_refused(name):
    with pytest.raises(ValueError, match="no key"):
        MusicalKey.parse(name)
