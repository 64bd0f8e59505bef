import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apollonia.api.cursors import MAX_CURSOR_CHARS, Cursors
from apollonia.api.errors import InvalidCursorError
from apollonia.domain.paging import After, FileFilter, Sort, SortKey

CURSORS = Cursors(b"0123456789abcdef")
# Everything a sort value may be: titles, odd names, counts, ranks.
VALUES = st.one_of(
    st.text(max_size=300),
    st.text(st.characters(min_codepoint=0xD800, max_codepoint=0xDFFF), max_size=20),
    st.integers(),
    st.floats(allow_nan=False),
)
AFTERS = st.builds(After, VALUES, st.uuids().map(str))
WORDS = st.text(max_size=20)
FILTERS = st.builds(
    FileFilter,
    kinds=st.tuples(WORDS),
    root=st.none() | WORDS,
    folder=st.none() | st.binary(max_size=20),
    recursive=st.booleans(),
    text=st.none() | WORDS,
)
SORTS = st.builds(Sort, st.sampled_from(SortKey), st.booleans())


@settings(deadline=None)  # other tests share the cores
@given(AFTERS, FILTERS, SORTS)
def test_cursor_comes_back_as_it_was(after, where, sort):
    cursor = CURSORS.encode(after, where, sort)
    assert set(cursor) <= set(string.ascii_letters + string.digits + "-_")
    back = CURSORS.decode(cursor, where, sort)
    assert back == after
    assert type(back.value) is type(after.value)


@settings(deadline=None)  # other tests share the cores
@given(AFTERS, FILTERS, SORTS, FILTERS, SORTS)
def test_cursor_is_bound_to_its_list(after, where, sort, other_where, other_sort):
    if (where, sort) == (other_where, other_sort):
        return
    cursor = CURSORS.encode(after, where, sort)
    with pytest.raises(InvalidCursorError):
        CURSORS.decode(cursor, other_where, other_sort)


@settings(deadline=None)  # other tests share the cores
@given(AFTERS, st.data())
def test_cursor_that_was_changed_is_refused(after, data):
    where, sort = FileFilter(), Sort()
    cursor = CURSORS.encode(after, where, sort)
    at = data.draw(st.integers(0, len(cursor) - 1))
    letter = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-_=+/ é"))
    changed = data.draw(
        st.sampled_from(
            [cursor[:at] + letter + cursor[at + 1 :], cursor[:at], cursor + letter, letter + cursor]
        )
    )
    if changed == cursor:
        return
    with pytest.raises(InvalidCursorError):
        CURSORS.decode(changed, where, sort)


@settings(deadline=None)  # other tests share the cores
@given(st.text(max_size=200))
def test_cursor_that_is_no_cursor_is_refused(text):
    with pytest.raises(InvalidCursorError):
        CURSORS.decode(text, FileFilter(), Sort())


def test_cursor_of_another_installation_is_refused():
    cursor = Cursors(b"another secret key").encode(After("x", "y"), FileFilter(), Sort())
    with pytest.raises(InvalidCursorError):
        CURSORS.decode(cursor, FileFilter(), Sort())


@pytest.mark.parametrize("value", ["x" * 60_000, "".join(map(chr, range(0x4E00, 0x4E00 + 1365)))])
def test_cursor_of_a_long_value_is_short_enough_to_be_sent_back(value):
    cursor = CURSORS.encode(After(value, "id"), FileFilter(), Sort())
    assert len(cursor) <= MAX_CURSOR_CHARS
    assert CURSORS.decode(cursor, FileFilter(), Sort()).value == value


def test_cursor_that_is_too_long_is_refused():
    with pytest.raises(InvalidCursorError):
        CURSORS.decode("A" * (MAX_CURSOR_CHARS + 1), FileFilter(), Sort())
