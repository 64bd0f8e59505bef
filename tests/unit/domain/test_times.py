import pytest
from hypothesis import given
from hypothesis import strategies as st

from apollonia.domain.times import (
    MAX_MICROS,
    MIN_MICROS,
    format_micros,
    format_nanos,
    normalize,
    parse_micros,
)


def test_format_micros_has_six_decimals_and_an_offset():
    assert format_micros(1_704_110_400_000_000) == "2024-01-01T12:00:00.000000+00:00"


def test_format_nanos_cuts_to_microseconds():
    assert format_nanos(1_999) == "1970-01-01T00:00:00.000001+00:00"


@given(st.integers(MIN_MICROS, MAX_MICROS))
def test_parse_micros_gives_back_what_was_formatted(micros):
    assert parse_micros(format_micros(micros)) == micros


@given(st.integers(), st.integers())
def test_formatted_times_sort_as_text(one, other):
    first, second = sorted((one, other))
    assert format_micros(first) <= format_micros(second)


def test_normalize_turns_other_offsets_into_utc():
    assert normalize("2024-01-01T13:00:00+01:00") == "2024-01-01T12:00:00.000000+00:00"


@given(st.datetimes(), st.sampled_from(["+00:00", "+01:00", "-11:30", "Z"]))
def test_normalize_is_what_formatting_gives(moment, offset):
    text = moment.isoformat(timespec="microseconds") + offset
    assert normalize(text) == format_micros(parse_micros(text))


@pytest.mark.parametrize(
    "text",
    [
        "2024-13-01T12:00:00.000000+00:00",
        "2024-01-01T12:00:00,000000+00:00",
        "2024-W01-1T12:00:00.000000+00:00",
        "x" * 32,
    ],
)
def test_normalize_lets_nothing_odd_through(text):
    try:
        assert normalize(text) == format_micros(parse_micros(text))
    except ValueError:
        return


def test_parse_micros_refuses_a_time_without_offset():
    with pytest.raises(ValueError, match="without offset"):
        parse_micros("2024-01-01T12:00:00")
