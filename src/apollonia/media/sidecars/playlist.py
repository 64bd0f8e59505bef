"""Playlists: M3U in all its forms, and PLS."""

import re
from typing import Any

from apollonia.media.bounds import compact
from apollonia.media.probing.text import clean
from apollonia.media.sidecars.limits import MAX_ITEMS, MAX_LINE

_EXTINF = re.compile(r"#EXTINF:\s*(-?\d{1,9})(?:\.\d{0,9})?([^,]*)(?:,(.*))?", re.IGNORECASE)
_PLS = re.compile(r"\s*(File|Title|Length)(\d{1,6})\s*=(.*)", re.IGNORECASE)


def read_m3u(text: str) -> dict[str, Any]:
    """Field ``playlist`` of ``messages.Media``; entries as they are written, at most 1,000."""
    entries: list[dict[str, Any]] = []
    facts: dict[str, Any] = {}
    told: dict[str, Any] = {}
    count = 0
    for line in text.splitlines():
        line = line[:MAX_LINE].strip()  # noqa: PLW2901 - the rest of an endless line is none
        if found := _EXTINF.match(line):
            told = _told(found[1], found[3] or "")
        elif line[:10].upper() == "#PLAYLIST:":
            facts.setdefault("title", clean(line[10:]))
        elif line and not line.startswith("#"):
            count += 1
            if len(entries) < MAX_ITEMS:
                entries.append({"path": clean(line)} | told)
            told = {}
    return _playlist(facts, entries, count)


def read_pls(text: str) -> dict[str, Any]:
    """Field ``playlist`` of ``messages.Media``; entries by their number, at most 1,000."""
    found: dict[int, dict[str, Any]] = {}
    numbers: set[int] = set()
    for line in text.splitlines():
        match = _PLS.match(line[:MAX_LINE])
        if match is None:
            continue
        word, number, value = match[1].lower(), int(match[2]), clean(match[3])
        if word == "file":
            numbers.add(number)
        if number not in found and len(found) >= MAX_ITEMS:
            continue
        entry = found.setdefault(number, {})
        if word == "file":
            entry["path"] = value
        elif word == "title":
            entry |= _told("-1", value)
        else:
            entry |= _told(value if re.fullmatch(r"-?\d{1,9}", value) else "-1", "")
    entries = [found[number] for number in sorted(found) if found[number].get("path")]
    return _playlist({}, entries, len(numbers))


def _told(seconds: str, title: str) -> dict[str, Any]:
    length = int(seconds)
    return compact({"duration_ms": max(length, 0) * 1000, "title": clean(title)})


def _playlist(facts: dict[str, Any], entries: list[dict[str, Any]], count: int) -> dict[str, Any]:
    if not entries:
        return {}
    more = {"entries": entries, "count": count, "truncated": count > len(entries)}
    return {"playlist": compact(facts | more)}
