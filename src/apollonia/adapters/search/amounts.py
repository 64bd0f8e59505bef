"""Fields that are numbers or times: their columns, and what values lie in a stretch."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apollonia.adapters.search.sql import Sql
from apollonia.domain.query.dates import stretch_of
from apollonia.domain.query.tree import Age, Amount, Between, Date, Is, Number, Value

_MAX_SMALL = 2**31 - 1


@dataclass(frozen=True, slots=True)
class AmountColumn:
    """A column; ``known``: where a file has a value. ``whole``: only whole numbers."""

    name: str
    known: str
    whole: bool = True
    small: bool = True


def _column(name: str, *, known: str = "", whole: bool = True, small: bool = True) -> AmountColumn:
    return AmountColumn(name, known or f"{name} IS NOT NULL", whole, small)


AMOUNTS: Mapping[str, AmountColumn] = {
    "size": _column("size", small=False),
    "duration": _column("duration_ms", known="duration_ms > 0", small=False),
    "added": _column("added_time"),
    "modified": _column("modified_time"),
    "year": _column("year"),
    "track": _column("track"),
    "disc": _column("disc"),
    "bitrate": _column("bit_rate"),
    "samplerate": _column("sample_rate"),
    "channels": _column("channels"),
    "width": _column("width"),
    "height": _column("height"),
    "tempo": _column("tempo_bpm", whole=False),
    "loudness": _column("loudness_lufs", whole=False),
    "energy": _column("energy", whole=False),
    "valence": _column("valence", whole=False),
    "arousal": _column("arousal", whole=False),
    "quality": _column("quality", whole=False),
}
INDEXED = frozenset(
    {
        "size", "duration", "added", "modified", "tempo", "loudness", "energy", "valence",
        "arousal", "quality",
    }
)  # fmt: skip
"""Those with an index (shelf, column, id)."""


def is_bounded(term: Is, now: int) -> Sql:
    """Having this value, as exactly as it was written."""
    column, value = AMOUNTS[term.field], term.value
    if isinstance(value, Age):
        return reaches(Between(term.field, None, value), now)
    if isinstance(value, Date):
        first, last = stretch_of(value, now)
        return _sql(column, (">=", first), ("<", last))
    if isinstance(value, Amount):
        if value.grain == 1:
            return _sql(column, ("=", _number(column, value.value)))
        low, high = value.value, value.value + value.grain
        return _sql(column, (">=", _number(column, low)), ("<", _number(column, high)))
    assert isinstance(value, Number)
    if column.whole:
        return _sql(column, ("=", _number(column, value.value)))
    exponent = value.value.as_tuple().exponent
    half = Decimal(5).scaleb((exponent if isinstance(exponent, int) else 0) - 1)
    return _sql(column, (">=", float(value.value - half)), ("<", float(value.value + half)))


def reaches(term: Between, now: int) -> Sql:
    """Lying between two values; an age counts backwards."""
    column = AMOUNTS[term.field]
    low, high, with_low, with_high = term.low, term.high, term.with_low, term.with_high
    if isinstance(low or high, Age):
        low, high, with_low, with_high = high, low, with_high, with_low
    bounds: list[tuple[str, Any]] = []
    if low is not None:
        bounds.append(_from(column, low, now, closed=with_low))
    if high is not None:
        bounds.append(_to(column, high, now, closed=with_high))
    return _sql(column, *bounds)


def _from(column: AmountColumn, value: Value, now: int, *, closed: bool) -> tuple[str, Any]:
    if isinstance(value, Date):
        first, last = stretch_of(value, now)
        return (">=", first) if closed else (">=", last)
    return (">=" if closed else ">"), _plain(column, value, now)


def _to(column: AmountColumn, value: Value, now: int, *, closed: bool) -> tuple[str, Any]:
    if isinstance(value, Date):
        first, last = stretch_of(value, now)
        return ("<", last) if closed else ("<", first)
    return ("<=" if closed else "<"), _plain(column, value, now)


def _plain(column: AmountColumn, value: Value, now: int) -> Any:
    if isinstance(value, Age):
        return stretch_of(value, now)[0]
    assert isinstance(value, Number | Amount)
    return _number(column, value.value)


def _number(column: AmountColumn, value: int | Decimal) -> int | float:
    if not column.whole:
        return float(value)
    return max(min(int(value), _MAX_SMALL), -1) if column.small else int(value)


def _sql(column: AmountColumn, *bounds: tuple[str, Any]) -> Sql:
    text = " AND ".join((column.known, *(f"{column.name} {sign} ?" for sign, _ in bounds)))
    return Sql(f"({text})", tuple(value for _, value in bounds))
