import pytest
from hypothesis import given
from hypothesis import strategies as st

from apollonia.media.probing.tags import MAX_OTHER, MAX_VALUES, normalise
from apollonia.media.probing.text import MAX_TEXT_BYTES, clean
from apollonia.messages import Tags


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ({"TITLE": "A", "TPE1": "B"}, {"title": "A", "artist": "B"}),
        ({"track": "02/03", "TPA": "4"}, {"track": 2, "track_total": 3, "disc": 4}),
        ({"track": "7", "TOTALTRACKS": "12"}, {"track": 7, "track_total": 12}),
        ({"track": "0/0"}, {}),
        ({"track": "A1"}, {}),
        ({"TBPM": "128 BPM"}, {"bpm": 128.0}),
        ({"bpm": "127,5"}, {"bpm": 127.5}),
        ({"date": "Oct 3, 1995"}, {"date": "Oct 3, 1995", "year": 1995}),
        ({"YEAR": "2001", "date": "2001-05-06"}, {"date": "2001-05-06", "year": 2001}),
        ({"lyrics-eng": "La"}, {"lyrics": "La"}),
        ({"WM/TrackNumber": "5"}, {"track": 5}),
        ({"title": "  "}, {}),
        ({"MOOD": "calm", "iTunNORM": "0000"}, {"other": {"mood": ["calm"]}}),
    ],
)
def test_tags_are_normalised(pairs, expected):
    assert normalise(pairs.items()) == expected


def test_tags_keep_the_first_value():
    assert normalise([("artist", "First"), ("TPE1", "Second")]) == {"artist": "First"}


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=200)), max_size=60))
def test_tags_always_fit_the_contract(pairs):
    tags = normalise(pairs)
    parsed = Tags.model_validate(tags)
    assert parsed.model_dump_json().encode()  # no lone surrogate anywhere
    assert len(parsed.other) <= MAX_OTHER


def test_tags_are_bounded():
    tags = normalise([(f"key{n % 300}", f"value {n}") for n in range(20_000)])
    assert len(tags["other"]) == MAX_OTHER
    assert max(map(len, tags["other"].values())) <= MAX_VALUES
    assert len(normalise([("title", "x" * 100_000)])["title"]) == MAX_TEXT_BYTES


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("a\0b", "ab"),
        ("caf\udce9", "café"),  # Latin-1 bytes, as FFmpeg hands them over
        ("日本\udcff", "日本\ufffd"),
        ("\ud800", "\ufffd"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x1b[31mred\x7f", "[31mred"),
        (" x ", "x"),
    ],
)
def test_clean_mends_strings(dirty, expected):
    assert clean(dirty) == expected


@given(st.text(), st.integers(1, 64))
def test_clean_never_exceeds_its_limit_in_bytes(text, limit):
    assert len(clean(text, limit).encode("utf-8")) <= limit
