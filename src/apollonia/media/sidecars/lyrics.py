"""Lyrics in LRC files: lines, with the moment of each where the file tells it."""

import re
from typing import Any

from apollonia.media.bounds import compact
from apollonia.media.probing.text import clean
from apollonia.media.sidecars.limits import MAX_ITEMS, MAX_LINE

_STAMP = re.compile(r"\s{0,8}\[(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?\]")
_TAG = re.compile(r"\s{0,8}\[([A-Za-z#]{1,16}):([^\]]*)\]\s*")
_WORD_STAMP = re.compile(r"<\d{1,3}:\d{1,2}(?:[.:]\d{1,3})?>")
_TAGS = {"ti": "title", "ar": "artist", "al": "album"}
_MAX_STAMPS = 64


def read_lyrics(text: str) -> dict[str, Any]:
    """Field ``lyrics`` of ``messages.Media``: lines by time, or as they stand; at most 1,000."""
    tags: dict[str, str] = {}
    timed: list[tuple[int, str]] = []
    plain: list[str] = []
    for line in text.splitlines():
        line = line[:MAX_LINE]  # noqa: PLW2901 - the rest of an endless line is none
        stamps, words = _stamps(line)
        if stamps:
            words = clean(_WORD_STAMP.sub("", words))
            timed.extend((stamp, words) for stamp in stamps)
        elif tag := _TAG.fullmatch(line):
            tags.setdefault(tag[1].lower(), clean(tag[2]))
        elif words := clean(words):
            plain.append(words)
        if len(timed) + len(plain) > MAX_ITEMS:
            break
    if not timed and not plain:
        return {}
    told = {field: tags[tag] for tag, field in _TAGS.items() if tags.get(tag)}
    lines: list[dict[str, Any]] = [{"text": words} for words in plain]
    if timed:
        shift = _offset(tags.get("offset", ""))
        timed.sort(key=lambda one: one[0])
        lines = [{"start_ms": max(0, start - shift), "text": words} for start, words in timed]
    facts = {"synced": bool(timed), "lines": lines[:MAX_ITEMS], "truncated": len(lines) > MAX_ITEMS}
    return {"lyrics": compact(told | facts)}


def _stamps(line: str) -> tuple[list[int], str]:
    """``[00:12.5][01:20]word`` → both moments in milliseconds, and what is left of the line."""
    stamps: list[int] = []
    at = 0
    while len(stamps) < _MAX_STAMPS and (found := _STAMP.match(line, at)):
        fraction = int((found[3] or "0").ljust(3, "0"))
        stamps.append((int(found[1]) * 60 + int(found[2])) * 1000 + fraction)
        at = found.end()
    return stamps, line[at:]


def _offset(text: str) -> int:
    """Milliseconds by which everything comes earlier."""
    found = re.fullmatch(r"\s*([+-]?\d{1,7})\s*", text)
    return int(found[1]) if found else 0
