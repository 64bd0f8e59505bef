"""A file's words as PostgreSQL keeps them: split by us, so that the server's locale has no say."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from apollonia.adapters.catalog.folding import MISSING

MAX_WORD = 64
"""Characters of a word that count: what is typed is cut there as well."""

_FIELDS = {  # the weight, and where the positions start: below 16,384, and no field into the next
    "title_key": ("A", 1),
    "artist_key": ("B", 1_001),
    "album_key": ("C", 2_001),
    "album_artist": ("C", 3_001),
    "composer": ("C", 4_001),
    "genre": ("C", 5_001),
    "words": ("D", 6_001),
}
POSITIONS: Mapping[str, int] = {name: start for name, (_, start) in _FIELDS.items()}
"""Where the words of each column begin; each has room for 1,000."""

_ASCII_WORD = re.compile(r"[a-z0-9]+", re.IGNORECASE)


def vector_of(columns: Mapping[str, Any]) -> str:
    """The text of a ``tsvector`` with the words of these columns of ``files``."""
    return "".join(_lexemes(columns[name], *place) for name, place in _FIELDS.items())


def words_in(text: str) -> tuple[str, ...]:
    """Runs of letters and digits, with the marks that belong to them, in their order."""
    if text.isascii():
        return tuple(_ASCII_WORD.findall(text))
    spaced = "".join(sign if _is_part(sign) else " " for sign in text)
    return tuple(word for word in spaced.split() if any(_is_letter(sign) for sign in word))


@lru_cache(maxsize=4096)  # artists and albums come back with each of their songs
def _lexemes(text: str, weight: str, start: int) -> str:
    if not text or text == MISSING:
        return ""
    return "".join(
        f"'{word[:MAX_WORD]}':{position}{weight} "
        for position, word in enumerate(words_in(text), start)
    )


def _is_part(sign: str) -> bool:
    return sign.isalnum() or unicodedata.category(sign)[0] in "LNM"


def _is_letter(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LN"
