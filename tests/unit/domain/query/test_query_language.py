"""Text to tree, tree to text, and errors that say where."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apollonia.domain.query import QueryError, parse, show
from apollonia.domain.query.fields import FIELDS, RANGED, Type, field_names
from apollonia.domain.query.tree import (
    Age,
    All,
    Amount,
    Between,
    Date,
    Has,
    Is,
    Mode,
    Not,
    Number,
    Some,
    Text,
    all_of,
    some_of,
)


def n(text) -> Number:
    return Number(Decimal(text))


PARSED = {
    "joga": Text("joga"),
    "bjork joga": All((Text("bjork"), Text("joga"))),
    '"all is full"': Text("all is full", mode=Mode.PHRASE),
    '"all is fu"*': Text("all is fu", mode=Mode.BEGUN),
    '"all is fu': Text("all is fu", mode=Mode.BEGUN),
    'artist:"Björk"': Text("Björk", "artist", Mode.PHRASE),
    "artist:=Björk": Text("Björk", "artist", Mode.WHOLE),
    'Album_Artist:="a b"': Text("a b", "albumartist", Mode.WHOLE),
    "title: foo": Text("foo", "title"),
    "-live": Not(Text("live")),
    "NOT live": Not(Text("live")),
    "-(-live)": Text("live"),
    "a OR b c": Some((Text("a"), All((Text("b"), Text("c"))))),
    "(a OR b) c": All((Some((Text("a"), Text("b"))), Text("c"))),
    "a AND b": All((Text("a"), Text("b"))),
    '"a" or b': Some((Text("a", mode=Mode.PHRASE), Text("b"))),
    "kind:audio,video": Some((Is("kind", "audio"), Is("kind", "video"))),
    "kind:AUDIO": Is("kind", "audio"),
    "duration:>3m": Between("duration", Amount(180_000, 60_000), None, with_low=False),
    "duration:<=1h20m": Between("duration", None, Amount(4_800_000, 60_000)),
    "duration:3:20": Is("duration", Amount(200_000, 1_000)),
    "length:90": Is("duration", Amount(90_000, 1_000)),
    "size:10MB": Is("size", Amount(10_000_000, 1_000_000)),
    "size:>=1.5GB": Between("size", Amount(1_500_000_000, 100_000_000), None),
    "bitrate:320": Is("bitrate", Amount(320_000, 1_000)),
    "samplerate:44.1k": Is("samplerate", Amount(44_100, 100)),
    "year:1997": Is("year", n("1997")),
    "year:1999..1990": Between("year", n("1990"), n("1999")),
    "year:90s": Between("year", n("1990"), n("1999")),
    "year:1980s": Between("year", n("1980"), n("1989")),
    "track:..3": Between("track", None, n("3")),
    "added:<7d": Between("added", None, Age(604_800), with_high=False),
    "added:2024-01": Is("added", Date("2024-01")),
    "modified:today": Is("modified", Date("today")),
    "tempo:120..128": Between("tempo", n("120"), n("128")),
    "bpm:128.0": Is("tempo", n("128.0")),
    "key:Am": Is("key", "8A"),
    'key:"f# minor"': Is("key", "11A"),
    "loudness:<-14": Between("loudness", None, n("-14"), with_high=False),
    "quality:.4..": Between("quality", n("0.4"), None),
    "scene:car": Is("object", "car"),
    "genre:jazz,soul": Some((Is("genre", "jazz"), Is("genre", "soul"))),
    "missing:TRUE": Is("missing", "yes"),
    "has:subtitles": Has("subtitles"),
    "-has:artist": Not(Has("artist")),
    "folder:/music/Live": Text("/music/Live", "folder"),
    # text that only looks like more
    "rock and roll": All((Text("rock"), Text("and", mode=Mode.BEGUN), Text("roll"))),
    "(not afraid)": All((Text("not", mode=Mode.BEGUN), Text("afraid"))),
    "Mission: Impossible": All((Text("Mission:"), Text("Impossible"))),
    "2:30": Text("2:30"),
    "http://example.org": Text("http://example.org"),
    "AC/DC": Text("AC/DC"),
    "jay-z": Text("jay-z"),
    "Beyoncé - Halo": All((Text("Beyoncé"), Text("Halo"))),
    '7" single': All((Text('7"'), Text("single"))),
    ":-) ***": None,
    "OR": Text("OR", mode=Mode.BEGUN),
    "a OR": All((Text("a"), Text("OR", mode=Mode.BEGUN))),
    "a) b (c": All((Text("a"), Text("b"), Text("c"))),
    "": None,
    "()": None,
    '-"" ""': None,
}


@pytest.mark.parametrize(("text", "term"), PARSED.items(), ids=PARSED)
def test_text_becomes_a_tree(text, term):
    assert parse(text) == term


FAULTS = {
    "artst:bjork": (0, 5, "artist"),
    "love foo:bar": (5, 3, None),
    "kind:aduio": (5, 5, "audio"),
    "a duration:long": (11, 4, None),
    "title:": (0, 6, None),
    "title:***": (6, 3, None),
    "kind:>audio": (5, 6, None),
    "artist:<b": (7, 2, None),
    "added:2024-13": (6, 7, None),
    "added:7d..2024": (6, 8, None),
    "year:..": (5, 2, None),
    "key:H9": (4, 2, None),
    "has:subtitels": (4, 9, "subtitles"),
    "(" * 60 + "a": (25, 1, None),
    "a " * 300: (256, 1, None),
}


@pytest.mark.parametrize(("text", "fault"), FAULTS.items(), ids=range(len(FAULTS)))
def test_faults_say_where_and_what(text, fault):
    with pytest.raises(QueryError) as caught:
        parse(text)

    error = caught.value
    assert (error.position, error.length, error.suggestion) == fault
    assert error.message


def test_unknown_field_can_be_searched_for_as_text():
    with pytest.raises(QueryError, match='in quotes: "re:zero"'):
        parse("re:zero")
    assert parse('"re:zero"') == Text("re:zero", mode=Mode.PHRASE)


def test_every_field_has_help_and_examples_that_parse():
    for field in FIELDS:
        assert field.help
        for example_ in field.examples:
            assert parse(example_) is not None
    assert len(field_names()) == sum(1 + len(field.aliases) for field in FIELDS)


def is_understood(text):
    try:
        term = parse(text)
    except QueryError as error:
        fault = error
    else:
        assert parse(show(term)) == term
        return
    assert 0 <= fault.position <= len(text)
    assert fault.length > 0
    assert fault.message


NAMES = sorted(field_names())
PIECES = st.one_of(
    st.sampled_from(["(", ")", " ", '"', "-", ":", ",", "..", "<", ">=", "=", "*", "\\", " OR "]),
    st.sampled_from([" and ", " not ", "7d", "1h", "2024-01", "90s", "8A", "1.5GB", "0.4", "/a b"]),
    st.sampled_from([f"{name}:" for name in NAMES]),
    st.text(max_size=6),
)


@given(st.text(max_size=200))
@example("\x85a:\x1f")
@settings(max_examples=80, deadline=None)
def test_any_text_is_understood_or_faulted_with_a_position(text):
    is_understood(text)


@given(st.lists(PIECES, max_size=14).map("".join))
@settings(max_examples=150, deadline=None)
def test_any_pieces_are_understood_or_faulted_with_a_position(text):
    is_understood(text)


@given(st.text(st.characters(exclude_characters=":"), max_size=100))
@settings(max_examples=80, deadline=None)
def test_text_without_a_colon_is_never_a_fault(text):
    parse(text)


WORD = st.from_regex(r"[a-z][a-z0-9'/.]{0,6}", fullmatch=True).filter(
    lambda it: it not in {"and", "or", "not"}
)
ANY_WORD = st.text(min_size=1, max_size=8).map(lambda it: f"x{it}")
NUMBERS = st.decimals(-999, 999, places=2).map(Number)
INTEGERS = st.integers(0, 9_999).map(lambda it: Number(Decimal(it)))
AGES = st.integers(0, 999_999).map(Age)
DATES = st.sampled_from(["2024", "1999-12", "2024-02-29", "2024-01-01t10:30", "today"]).map(Date)
AMOUNTS = {
    Type.DURATION: ((1, 100, 1_000, 60_000, 3_600_000), st.integers(0, 10_000)),
    Type.SIZE: ((1, 1_000, 100_000, 1 << 20, 10**9), st.integers(0, 10_000)),
    Type.BITRATE: ((1, 100, 1_000, 10**6), st.integers(0, 10_000)),
    Type.FREQUENCY: ((1, 100, 1_000), st.integers(0, 10_000)),
}


def values_of(field) -> st.SearchStrategy[Any]:
    if field.type in AMOUNTS:
        grains, digits = AMOUNTS[field.type]
        return st.builds(lambda g, d: Amount(g * d, g), st.sampled_from(grains), digits)
    if field.values:
        return st.sampled_from(field.values)
    by_type: dict[Type, st.SearchStrategy[Any]] = {
        Type.INTEGER: INTEGERS,
        Type.YEAR: INTEGERS,
        Type.NUMBER: NUMBERS,
        Type.DATE: DATES,
        Type.KEY: st.sampled_from(["1A", "8A", "12B"]),
    }
    return by_type.get(field.type, ANY_WORD.map(str.strip))


def leaves_of_field(field) -> st.SearchStrategy[Any]:
    name = field.name
    if field.type in {Type.TEXT, Type.PATH}:
        quoted = st.sampled_from([Mode.PHRASE, Mode.BEGUN, Mode.WHOLE])
        return st.builds(Text, WORD, st.just(name)) | st.builds(
            Text, ANY_WORD, st.just(name), quoted
        )
    values = values_of(field)
    if field.type is Type.HAS:
        return values.map(Has)
    found: st.SearchStrategy[Any] = st.builds(Is, st.just(name), values)
    if field.type in RANGED:
        flags = st.booleans()
        found |= st.builds(lambda v, i: Between(name, v, None, with_low=i), values, flags)
        found |= st.builds(lambda v, i: Between(name, None, v, with_high=i), values, flags)
    if field.type is Type.DATE:
        found |= st.builds(Is, st.just(name), AGES)
    return found


LEAVES = (
    st.builds(Text, WORD)
    | st.builds(Text, ANY_WORD, st.none(), st.sampled_from([Mode.PHRASE, Mode.BEGUN]))
    | st.one_of(*map(leaves_of_field, FIELDS))
)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, min_size=2, max_size=3).map(lambda it: all_of(*it))
        | st.lists(inner, min_size=2, max_size=3).map(lambda it: some_of(*it))
        | inner.map(lambda it: it.term if isinstance(it, Not) else Not(it))
    ),
    max_leaves=12,
)


@given(TREES)
@settings(max_examples=150, deadline=None)
def test_tree_is_the_same_after_printing_and_parsing(term):
    assert parse(show(term)) == term
