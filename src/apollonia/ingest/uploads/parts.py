"""One part of a path that we choose: safe on every file system, whatever a tag says."""

import re

MAX_PART_BYTES = 200

_SEPARATORS = re.compile(r'[/\\:*?"<>|]')
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_SPACES = re.compile(r"\s+")
_EMPTY_BRACKETS = re.compile(r"\(\s*\)|\[\s*\]|\{\s*\}")
_LEADING_DASHES = re.compile(r"^(?:[-\u2013_.,]+(?:\s+|$))+")
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [f"{port}{number}" for port in ("com", "lpt") for number in "0123456789\u00b9\u00b2\u00b3"]
)
_LEFT_ALONE = frozenset({"@eadir", "#recycle", "$recycle.bin", "lost+found"})
"""Folders that a catalog does not look into, whoever made them."""


def plain(value: str) -> str:
    """A tag's text without what means something in a path or cannot be seen."""
    return _SPACES.sub(" ", _INVISIBLE.sub(" ", _SEPARATORS.sub("_", value))).strip()


def tidy(text: str) -> str:
    """What is left of a template when values are missing: no empty brackets, no lonely dashes."""
    text = _SPACES.sub(" ", _EMPTY_BRACKETS.sub("", text)).strip()
    return _LEADING_DASHES.sub("", text).strip()


def safe_part(text: str, suffix: str = "") -> str:
    """``text`` + ``suffix`` as one name: never empty, ``.`` or ``..``, hidden or reserved.

    At most 200 bytes; what is too long is cut before ``suffix``, between two characters.
    """
    text = tidy(plain(text)).lstrip(". ")
    text = cut(text, MAX_PART_BYTES - len(suffix.encode())).rstrip(". ")
    base, dot, rest = text.partition(".")
    if base.rstrip().lower() in _RESERVED or text.lower() in _LEFT_ALONE:
        text = f"{base.rstrip()}_{dot}{rest}"
    return (text or "_") + suffix


def cut(text: str, limit: int) -> str:
    """At most ``limit`` bytes of UTF-8, whole characters only."""
    return text.encode("utf-8", "replace")[: max(0, limit)].decode("utf-8", "ignore")
