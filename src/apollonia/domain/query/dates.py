"""Points in time as people write them, and the stretch that each stands for."""

import re
from datetime import UTC, datetime, timedelta

from apollonia.domain.query.tree import Age, Date
from apollonia.domain.times import format_micros

_SECONDS = {"s": 1, "min": 60, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_SECONDS |= {"mo": 2_592_000, "y": 31_536_000}
_AGE = re.compile(r"(\d{1,6})(mo|min|[smhdwy])")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:t(\d{2}):(\d{2}))?)?)?")
_WORDS = ("today", "yesterday")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)

type Stretch = tuple[str, str]
"""From, and until before: wire times."""


def read_date(text: str) -> Date | Age | None:
    """``"2024-01"``, ``"7d"``, ``"today"``; ``None`` where it is none. Times are UTC."""
    lowered = text.lower()
    if lowered in _WORDS:
        return Date(lowered)
    if (age := _AGE.fullmatch(lowered)) and age[1].isascii():
        return Age(int(age[1]) * _SECONDS[age[2]])
    if _DATE.fullmatch(lowered) is None or not lowered.isascii():
        return None
    try:
        _stretch(lowered)
    except ValueError:
        return None
    return Date(lowered)


def show_age(age: Age) -> str:
    """Text that is read as this very age."""
    for unit in ("w", "d", "h", "m"):
        if age.seconds and age.seconds % _SECONDS[unit] == 0:
            return f"{age.seconds // _SECONDS[unit]}{unit}"
    return f"{age.seconds}s"


def stretch_of(date: Date | Age, now: int) -> Stretch:
    """What it stands for; ``now`` in µs since 1970. An age is a moment."""
    if isinstance(date, Age):
        moment = format_micros(now - date.seconds * 1_000_000)
        return moment, moment
    if date.text in _WORDS:
        day = (_EPOCH + timedelta(microseconds=now)).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        first = day - timedelta(days=_WORDS.index(date.text))
        return _wire(first), _wire(first + timedelta(days=1))
    first, last = _stretch(date.text)
    return _wire(first), _wire(last)


def _stretch(text: str) -> tuple[datetime, datetime]:
    parts = [int(part) for part in re.split("[-t:]", text)]
    year, month, day, hour, minute = (*parts, *(1, 1, 1, 0, 0)[len(parts) :])
    first = datetime(year, month, day, hour, minute, tzinfo=UTC)
    try:
        match len(parts):
            case 1:
                last = first.replace(year=year + 1)
            case 2:
                last = (first + timedelta(days=31)).replace(day=1)
            case 3:
                last = first + timedelta(days=1)
            case _:
                last = first + timedelta(minutes=1)
    except (OverflowError, ValueError):
        last = _LAST
    return first, last


def _wire(moment: datetime) -> str:
    return format_micros((moment - _EPOCH) // timedelta(microseconds=1))
