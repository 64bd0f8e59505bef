"""What a file's name says without its extension: languages at its end, episode, part of a film.

Pure, and bounded by the length of a name: a handful of steps for each.
"""

import re
from dataclasses import dataclass

from apollonia.domain.languages import language_code

_MAX_TAILS = 6
_MAX_NUMBER_DIGITS = 2
_MAX_EPISODES = 32
_SEPARATORS = ". _-"
_BRACKETS = "[](){}"
_FLAGS = frozenset({"forced", "foreign", "sdh", "hi", "cc", "default", "full", "auto", "signs"})
_FORCED = frozenset({"forced", "foreign"})
_EPISODE = re.compile(
    r"(?<![a-z0-9])s(\d{1,4})[ ._-]?e(\d{1,4})((?:[ ._]?-?[ ._]?e\d{1,4}|-\d{1,3}(?![\da-z]))*)"
    r"|(?<![a-z0-9])(\d{1,2})x(\d{2,3})(?![a-z0-9])"
)
_MORE = re.compile(r"(-?)[ ._]?e?(\d{1,4})")
_PART = re.compile(r"(.*[^ ._-])[ ._-]+(?:cd|dvd|disc|disk|part|pt)[ ._-]?(?:\d{1,2}|[a-d])")
_NO_WORD = re.compile(r"[\W_]+")
_YEAR = re.compile(r"(?<=.)(?:19|20)\d\d$")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a subtitle's stem: whose it is, and what its end tells.

    ``strict``: only dots were taken for separators, as ``film.en.forced`` has them.
    """

    stem: str
    language: str | None = None
    forced: bool = False
    strict: bool = True


@dataclass(frozen=True, slots=True)
class Episode:
    """``show``: its letters and digits alone, without a year; ``""`` in ``s01e02 title``."""

    show: str
    season: int
    numbers: tuple[int, ...]


def readings(stem: str) -> list[Reading]:
    """``film.en.forced`` → itself, then ``film.en``, then ``film``: the longest stem first."""
    found = [Reading(stem)]
    flags: set[str] = set()
    language: str | None = None
    strict = True
    while len(found) <= _MAX_TAILS:
        head, separator, word = _split(stem)
        if not head:
            break
        code = None if word in _FLAGS or language else language_code(word)
        if code is not None:
            language = code
        elif word in _FLAGS or _is_number(word, flags, language):
            flags.add(word)
        else:
            break
        strict = strict and separator == "."
        stem = head
        # ``hi`` alone is Hindi; beside a language it says "for the hearing impaired".
        told = language or ("hi" if "hi" in flags else None)
        found.append(Reading(stem, told, not flags.isdisjoint(_FORCED), strict))
    return found


def _is_number(word: str, flags: set[str], language: str | None) -> bool:
    """``film.2.en``: one of several in this language; ``film.2``: the second film."""
    is_told = language is not None or bool(flags)
    return is_told and word.isdecimal() and len(word) <= _MAX_NUMBER_DIGITS


def _split(stem: str) -> tuple[str, str, str]:
    """``film.en`` → ``("film", ".", "en")``; the head is empty where nothing can be taken off."""
    head, dot, tail = stem.rpartition(".")
    word = tail.strip(_BRACKETS)
    if dot and (word in _FLAGS or word.isdecimal() or language_code(word)):
        return head, dot, word
    at = max(stem.rfind(one) for one in _SEPARATORS)
    if at <= 0:
        return "", "", ""
    head = stem[:at].rstrip(_SEPARATORS)
    return head, stem[at], stem[at + 1 :].strip(_BRACKETS)


def episode_of(stem: str) -> Episode | None:
    """``show - s01e02 - title``, ``show.1x02.en``, ``s01e02e03``; the stem in lower case."""
    found = _EPISODE.search(stem)
    if found is None:
        return None
    show = _YEAR.sub("", _NO_WORD.sub("", stem[: found.start()]))
    if found[4] is not None:
        return Episode(show, int(found[4]), (int(found[5]),))
    numbers = [int(found[2])]
    for more in _MORE.finditer(found[3]):
        last = int(more[2])
        start = numbers[-1] + 1 if more[1] else last
        numbers.extend(range(start, last + 1)[: _MAX_EPISODES - len(numbers)])
    return Episode(show, int(found[1]), tuple(dict.fromkeys(numbers)))


def part_base(stem: str) -> str | None:
    """``film cd1`` → ``film``; ``None``: the name says nothing of parts."""
    found = _PART.fullmatch(stem)
    return found[1] if found else None
