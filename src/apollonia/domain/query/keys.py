"""Musical keys: as Camelot's wheel numbers them, and by their names."""

import re

_MINOR = ("ab", "eb", "bb", "f", "c", "g", "d", "a", "e", "b", "f#", "db")  # 1A to 12A
_MAJOR = ("b", "f#", "db", "ab", "eb", "bb", "f", "c", "g", "d", "a", "e")  # 1B to 12B
_SAME = {"g#": "ab", "d#": "eb", "a#": "bb", "gb": "f#", "c#": "db", "cb": "b", "e#": "f"}
_SAME |= {"fb": "e", "b#": "c"}
_CAMELOT = re.compile(r"0?([1-9]|1[0-2])([ab])")
_NAME = re.compile(r"([a-g])\s*(#|♯|b|♭|-?sharp|-?flat)?\s*(minor|major|min|maj|m|)")


def camelot_of(text: str) -> str | None:
    """``"Am"``, ``"a minor"`` and ``"8a"`` are ``"8A"``; ``None`` where it is no key."""
    if found := _CAMELOT.fullmatch(text.strip().lower()):
        return f"{found[1]}{found[2].upper()}"
    found = _NAME.fullmatch(text.strip().lower())
    if found is None:
        return None
    sign = (found[2] or "").replace("♯", "#").replace("♭", "b").removeprefix("-")
    note = found[1] + {"sharp": "#", "flat": "b"}.get(sign, sign)
    note = _SAME.get(note, note)
    if found[3] in {"m", "min", "minor"}:
        return f"{_MINOR.index(note) + 1}A"
    return f"{_MAJOR.index(note) + 1}B"
