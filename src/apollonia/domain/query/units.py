"""Amounts with units: durations, sizes, bit rates and frequencies, read and written."""

import re
from collections.abc import Mapping

from apollonia.domain.query.fields import Type
from apollonia.domain.query.tree import Amount

_MAX_AMOUNT = 2**62
_SECOND, _MINUTE, _HOUR, _DAY = 1_000, 60_000, 3_600_000, 86_400_000
_UNITS: Mapping[Type, Mapping[str, int]] = {
    Type.DURATION: {"ms": 1, "s": _SECOND, "m": _MINUTE, "h": _HOUR, "d": _DAY}
    | {"sec": _SECOND, "min": _MINUTE},
    Type.SIZE: {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
    | {"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40}
    | {"k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12},
    Type.BITRATE: {"bps": 1, "k": 10**3, "m": 10**6, "kbps": 10**3, "mbps": 10**6},
    Type.FREQUENCY: {"hz": 1, "khz": 10**3, "k": 10**3},
}
_DEFAULT = {Type.DURATION: "s", Type.SIZE: "b", Type.BITRATE: "k", Type.FREQUENCY: "hz"}
_PLACES = 3
_PART = re.compile(r"(\d{1,18})(?:\.(\d{1,3}))?([a-z]*)", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})", re.ASCII)


def read_amount(kind: Type, text: str) -> Amount | None:
    """``"1h20m"``, ``"10MB"``, ``"3:20"``; ``None`` where it is none."""
    lowered = text.lower()
    if kind is Type.DURATION and (clock := _CLOCK.fullmatch(lowered)):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return Amount((hours * 60 + minutes) * _MINUTE + seconds * _SECOND, _SECOND)
    value, grain, at = 0, 0, 0
    while at < len(lowered):
        part = _PART.match(lowered, at)
        if part is None:
            return None
        unit = _unit(kind, part[3], alone=part.span() == (0, len(lowered)))
        digits = part[2] or ""
        if unit is None or unit % 10 ** len(digits) or (at and kind is not Type.DURATION):
            return None
        grain = unit // 10 ** len(digits)
        value += int(part[1] + digits) * grain
        at = part.end()
    return Amount(value, grain) if grain and value < _MAX_AMOUNT else None


def show_amount(kind: Type, amount: Amount) -> str:
    """Text that is read as this very amount."""
    units = _UNITS[kind]
    for places in range(_PLACES + 1):
        for name, unit in units.items():
            if unit == amount.grain * 10**places and amount.value % amount.grain == 0:
                whole, rest = divmod(amount.value // amount.grain, 10**places)
                shown = f"{whole}.{rest:0{places}d}" if places else str(whole)
                return f"{shown}{name}"
    return f"{amount.value}{next(iter(units))}"


def _unit(kind: Type, name: str, *, alone: bool) -> int | None:
    if name:
        return _UNITS[kind].get(name)
    return _UNITS[kind][_DEFAULT[kind]] if alone else None
