"""Text as it is sorted and searched: without case, accents or compatibility forms."""

import re
import unicodedata
from functools import lru_cache

KEY_CHARACTERS = 512
MISSING = "\uffff"
"""Sorts after all words of the usual scripts, and is no word itself."""

_LETTERS = str.maketrans(
    {
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "ħ": "h",
        "\u0131": "i",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
    }
)
_APOSTROPHES = re.compile("(?<=\\w)['\u2019\u02bc](?=\\w)")
_WORD_STARTS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=4096)  # artists and albums come back with each of their songs
def fold(text: str) -> str:
    """``" Björk: Let's "`` → ``"bjork: lets"``; at most ``KEY_CHARACTERS`` long."""
    if not text.isascii():
        split = unicodedata.normalize("NFKD", clean(text).casefold())
        bare = "".join(sign for sign in split if not unicodedata.combining(sign))
        text = unicodedata.normalize("NFC", bare).translate(_LETTERS)
    if "'" in text or not text.isascii():
        text = _APOSTROPHES.sub("", text)
    return " ".join(text.replace("\x00", " ").lower().split())[:KEY_CHARACTERS]


def clean(text: str) -> str:
    """What a database takes: no NUL, no half of a surrogate pair."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


@lru_cache(maxsize=1024)  # of a folder: once for all of its files
def words_of(name: str) -> str:
    """The words of a file's or folder's name: ``"BigBuckBunny"`` gives its parts and the whole."""
    name = name.replace("_", " ")
    parts = _WORD_STARTS.sub(" ", name)
    return fold(name if parts == name else f"{name} {parts}")
