"""Musical keys as people write them, and as DJs do: the Camelot wheel.

Neighbours on the wheel (one number up or down, or the other letter) mix well. Source: the circle of
fifths, numbered as Mixed In Key's Camelot Easymix System does (8B is C major, 8A is A minor).
"""

import re

_SEMITONES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11, "h": 11}
_ACCIDENTALS = {"": 0, "#": 1, "♯": 1, "sharp": 1, "b": -1, "♭": -1, "flat": -1}
_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_KEY = re.compile(
    r"([a-h])[ -]?(#|♯|sharp|b|♭|flat)?[ _:-]*(major|maj|minor|min|m|dur|moll)?",
    re.IGNORECASE,
)
_MINOR = frozenset({"minor", "min", "m", "moll"})
_CAMELOT = re.compile(r"0?([1-9]|1[0-2]) ?([ab])", re.IGNORECASE)
_OPEN_KEY = re.compile(r"0?([1-9]|1[0-2]) ?([dm])", re.IGNORECASE)
_WHEEL = 12


def camelot_of(text: str) -> str | None:
    """``"A minor"``, ``"Am"``, ``"8a"``, Open Key's ``"1m"`` → ``"8A"``; ``None``: it is no key."""
    text = text.strip()
    if found := _CAMELOT.fullmatch(text):
        return f"{int(found[1])}{found[2].upper()}"
    if found := _OPEN_KEY.fullmatch(text):
        number = (int(found[1]) + 6) % _WHEEL + 1
        return f"{number}{'A' if found[2].lower() == 'm' else 'B'}"
    found = _KEY.fullmatch(text)
    if found is None:
        return None
    semitone = _SEMITONES[found[1].lower()] + _ACCIDENTALS[(found[2] or "").lower()]
    mode = found[3] or ""
    is_minor = mode.lower() in _MINOR and mode != "M"
    return _on_wheel(semitone + 3 if is_minor else semitone, minor=is_minor)


def name_of_key(camelot: str) -> str:
    """``"8A"`` → ``"A minor"``: the inverse, for what ``camelot_of`` gives."""
    number, letter = int(camelot[:-1]), camelot[-1]
    semitone = (number - 8) * 7 % _WHEEL
    if letter == "A":
        return f"{_NAMES[(semitone - 3) % _WHEEL]} minor"
    return f"{_NAMES[semitone]} major"


def _on_wheel(major: int, *, minor: bool) -> str:
    """``major``: the semitone of the major key that shares the number."""
    number = (major * 7 + 7) % _WHEEL + 1
    return f"{number}{'A' if minor else 'B'}"
