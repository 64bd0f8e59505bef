"""Cue sheets: the tracks of one recording, and where each begins."""

import re
from typing import Any

from apollonia.media.bounds import compact
from apollonia.media.probing.text import clean
from apollonia.media.sidecars.limits import MAX_ITEMS, MAX_LINE

_FRAMES_PER_SECOND = 75
_TIME = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2})")
_WORDS = {"TITLE": "title", "PERFORMER": "performer", "ISRC": "isrc"}
_REMARKS = {"GENRE": "genre", "DATE": "date"}


def read_cue(text: str) -> dict[str, Any]:
    """Field ``cue`` of ``messages.Media``; empty where there is no track.

    A track begins at its ``INDEX 01``, in the file named last before it.
    """
    sheet = _Sheet()
    for line in text.splitlines():
        command, _, rest = line[:MAX_LINE].strip().partition(" ")
        sheet.add(command.upper(), rest.strip())
        if sheet.truncated:
            break
    return sheet.told()


class _Sheet:
    """What was read so far."""

    def __init__(self) -> None:
        self.facts: dict[str, Any] = {}
        self.files: list[str] = []
        self.tracks: list[dict[str, Any]] = []
        self.truncated = False

    def add(self, command: str, rest: str) -> None:
        if command == "FILE":
            self._file(rest)
        elif command == "TRACK":
            self._track(rest)
        elif command in _WORDS:
            _keep(self.tracks[-1] if self.tracks else self.facts, _WORDS[command], rest)
        elif command == "INDEX" and self.tracks:
            _index(self.tracks[-1], rest)
        elif command == "REM":
            word, _, remark = rest.partition(" ")
            if word.upper() in _REMARKS:
                _keep(self.facts, _REMARKS[word.upper()], remark)

    def _file(self, rest: str) -> None:
        self.truncated = len(self.files) >= MAX_ITEMS
        if not self.truncated:
            self.files.append(clean(_file_name(rest)))

    def _track(self, rest: str) -> None:
        self.truncated = len(self.tracks) >= MAX_ITEMS
        if self.truncated:
            return
        number = re.match(r"\d{1,4}", rest, re.ASCII)
        self.tracks.append({"number": int(number[0]) if number else len(self.tracks) + 1})
        if self.files:
            self.tracks[-1]["file"] = self.files[-1]

    def told(self) -> dict[str, Any]:
        if not self.tracks:
            return {}
        if len(self.files) == 1:
            for track in self.tracks:
                track.pop("file", None)
        lists = {"files": self.files, "tracks": self.tracks, "truncated": self.truncated}
        return {"cue": compact(self.facts | lists)}


def _keep(facts: dict[str, Any], field: str, text: str) -> None:
    value = clean(_unquoted(text))
    if value:
        facts.setdefault(field, value)


def _index(track: dict[str, Any], rest: str) -> None:
    number, _, time = rest.partition(" ")
    found = _TIME.match(time.strip())
    if not found or not number.isdecimal() or len(number) > 2:
        return
    minutes, seconds, frames = map(int, found.groups())
    start = (minutes * 60 + seconds) * 1000 + frames * 1000 // _FRAMES_PER_SECOND
    if int(number) == 1 or "start_ms" not in track:
        track["start_ms"] = start


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _file_name(rest: str) -> str:
    """``"a b.flac" WAVE`` → ``a b.flac``; names without blanks come without quotes."""
    rest = rest.strip()
    if rest.startswith('"'):
        return rest[1:].partition('"')[0]
    return rest.rpartition(" ")[0] or rest
