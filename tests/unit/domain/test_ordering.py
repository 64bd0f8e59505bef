from hypothesis import given
from hypothesis import strategies as st

from apollonia.domain.ordering import MonotonicStamps, Version


@given(st.lists(st.integers(0, 10**15), max_size=50), st.integers(0, 10**15))
def test_stamps_only_grow_whatever_the_clock_does(readings, last):
    stamps = MonotonicStamps(last)
    given_out = [stamps.next(reading) for reading in readings]
    assert given_out == sorted(set(given_out))
    assert stamps.last_micros >= last


def test_stamps_follow_the_clock_where_it_is_ahead():
    assert MonotonicStamps(5).next(1_000_000) == "1970-01-01T00:00:01.000000+00:00"


def test_version_compares_by_time_then_by_message_id():
    older = Version("2024-01-01T00:00:00.000000+00:00", "b")
    assert older < Version("2024-01-01T00:00:00.000001+00:00", "a")
    assert older > Version("2024-01-01T00:00:00.000000+00:00", "a")
