"""Times as the wire shows them: UTC, six decimals, ``+00:00``; inside, whole microseconds."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_LENGTH = len("2024-01-01T12:00:00.000000+00:00")

MAX_MICROS = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
MIN_MICROS = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND


def format_micros(micros: int) -> str:
    """``1704110400000000`` → ``"2024-01-01T12:00:00.000000+00:00"``; clamped to years 1 to 9999."""
    if not MIN_MICROS <= micros <= MAX_MICROS:
        micros = MIN_MICROS if micros < MIN_MICROS else MAX_MICROS
    seconds, rest = divmod(micros, 1_000_000)
    return f"{_second(seconds)}.{rest:06d}+00:00"


@lru_cache(maxsize=1024)  # the files of a folder and the events of a batch share their seconds
def _second(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat()


def format_nanos(nanos: int) -> str:
    """A file system's ``st_mtime_ns`` as wire time."""
    return format_micros(nanos // 1000)


def parse_micros(text: str) -> int:
    """Wire time, or any ISO 8601 time with an offset, to microseconds since 1970.

    Raises:
        ValueError: the text is no ISO 8601 time, or has no offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"time without offset: {text!r}; write it in UTC, ending in +00:00")
    return (moment - _EPOCH) // _MICROSECOND


def normalize(text: str) -> str:
    """Any ISO 8601 time with an offset in the one form that sorts as text."""
    if _is_normal(text):
        datetime.fromisoformat(text)  # raises for impossible dates
        return text
    return format_micros(parse_micros(text))


def _is_normal(text: str) -> bool:
    """Whether it has our form already, as nearly all have: then formatting again costs nothing."""
    return (
        len(text) == _LENGTH
        and text[5].isdigit()  # not a week date
        and text[10] == "T"
        and text[19] == "."
        and text.endswith("+00:00")
    )
