"""Subtitles as text: how many there are, from when to when, and in which language."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from apollonia.domain.kinds import extension_of
from apollonia.domain.languages import language_code
from apollonia.domain.stems import readings
from apollonia.media.bounds import compact
from apollonia.media.probing.text import clean
from apollonia.media.sidecars.limits import MAX_NAMES

_CLOCK = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[,.:](\d{1,3})"
_ARROW = re.compile(rf"{_CLOCK}[ \t]{{0,16}}-->[ \t]{{0,16}}{_CLOCK}")
_DIALOGUE = re.compile(rf"(?mi)^Dialogue:[^,\n]{{0,64}},[ \t]*{_CLOCK},[ \t]*{_CLOCK},")
_MICRODVD = re.compile(r"(?m)^[ \t]{0,16}\{(\d{1,9})\}\{(\d{0,9})\}")
_SYNC = re.compile(r"<SYNC\s{1,16}Start\s{0,16}=\s{0,16}[\"']?(\d{1,9})", re.IGNORECASE)
_SAMI_LANGUAGE = re.compile(r"\blang\s{0,16}:\s{0,16}([A-Za-z]{2,3})\b", re.IGNORECASE)
_VOBSUB_ID = re.compile(r"(?m)^id:[ \t]{0,16}([A-Za-z-]{2,8}),")
_VOBSUB_TIME = re.compile(r"(?m)^timestamp:[ \t]{0,16}(\d{1,3}):(\d{2}):(\d{2}):(\d{3})")
_VTT_LANGUAGE = re.compile(r"(?m)^Language:[ \t]*([A-Za-z-]{2,16})[ \t]*$")
_ASS_TITLE = re.compile(r"(?mi)^Title:([^\n]{0,512})$")
_HEADER = 8192

type _Span = tuple[int, int]


def read_subtitle(text: str, format_: str, name: str) -> dict[str, Any]:
    """Field ``subtitle`` of ``messages.Media``; times in milliseconds.

    ``name`` tells the language where the text does not. MicroDVD counts pictures, not time.
    """
    count, start, end = 0, None, 0
    for begins, ends in _SPANS.get(format_, _arrows)(text):
        count += 1
        start = begins if start is None else min(start, begins)
        end = max(end, ends)
    languages = list(dict.fromkeys(_languages(text, format_)))[:MAX_NAMES]
    title = _ASS_TITLE.search(text, 0, _HEADER) if format_ == "ass" else None
    facts: dict[str, Any] = {
        "format": format_,
        "language": languages[0] if languages else _language_of(name),
        "languages": languages if len(languages) > 1 else None,
        "title": clean(title[1]) if title else None,
    }
    facts = compact(facts) | {"cues": count}
    if format_ != "sub" and start is not None:
        facts |= {"start_ms": start, "end_ms": end}
    return {"subtitle": facts}


def _language_of(name: str) -> str | None:
    lower = name.casefold()
    extension = extension_of(lower)
    return readings(lower[: -len(extension) - 1] if extension else lower)[-1].language


def _languages(text: str, format_: str) -> Iterator[str]:
    pattern = _LANGUAGE.get(format_)
    if pattern is None:
        return
    end = len(text) if format_ == "idx" else _HEADER
    for found in pattern.finditer(text, 0, end):
        code = language_code(found[1])
        if code is not None:
            yield code


def _millis(hours: str | None, minutes: str, seconds: str, fraction: str) -> int:
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * 1000 + int(fraction.ljust(3, "0"))


def _arrows(text: str) -> Iterator[_Span]:
    for found in _ARROW.finditer(text):
        yield _millis(*found.group(1, 2, 3, 4)), _millis(*found.group(5, 6, 7, 8))


def _dialogues(text: str) -> Iterator[_Span]:
    for found in _DIALOGUE.finditer(text):
        yield _millis(*found.group(1, 2, 3, 4)), _millis(*found.group(5, 6, 7, 8))


def _pictures(text: str) -> Iterator[_Span]:
    for _ in _MICRODVD.finditer(text):
        yield 0, 0


def _syncs(text: str) -> Iterator[_Span]:
    for found in _SYNC.finditer(text):
        yield int(found[1]), int(found[1])


def _stamps(text: str) -> Iterator[_Span]:
    for found in _VOBSUB_TIME.finditer(text):
        stamp = _millis(*found.group(1, 2, 3, 4))
        yield stamp, stamp


_SPANS: dict[str, Callable[[str], Iterator[_Span]]] = {
    "srt": _arrows,
    "vtt": _arrows,
    "ass": _dialogues,
    "sub": _pictures,
    "smi": _syncs,
    "idx": _stamps,
}
_LANGUAGE = {"vtt": _VTT_LANGUAGE, "smi": _SAMI_LANGUAGE, "idx": _VOBSUB_ID}
