"""Tags of every container under one set of names (``messages.Tags``), clean and bounded."""

import re
from collections.abc import Iterable
from typing import Any

from apollonia.media.probing.text import MAX_LONG_TEXT_BYTES, MAX_TEXT_BYTES, clean

MAX_OTHER = 128
MAX_VALUES = 16
MAX_KEY_BYTES = 128

_NAMES = {
    "title": "title tit2 tt2 inam wm/title \xa9nam",
    "artist": "artist tpe1 tp1 author iart performer",
    "album": "album talb tal wm/albumtitle iprd product \xa9alb",
    "album_artist": "album_artist albumartist tpe2 tp2 wm/albumartist ensemble aart",
    "composer": "composer tcom tcm wm/composer writer",
    "genre": "genre tcon tco wm/genre ignr",
    "comment": "comment comments comm description icmt wm/comments",
    "date": "date tdrc tyer tye release_date releasedate originalyear icrd wm/year year",
    "track": "track tracknumber trck trk wm/tracknumber trkn part_number",
    "track_total": "tracktotal totaltracks trackc",
    "disc": "disc discnumber disk tpos tpa wm/partofset part_of_a_set",
    "disc_total": "disctotal totaldiscs discc",
    "bpm": "bpm tbpm tbp tmpo wm/beatsperminute tempo",
    "lyrics": "lyrics unsyncedlyrics unsynced_lyrics uslt ult wm/lyrics",
}
_FIELD = {word: field for field, words in _NAMES.items() for word in words.split()}
_PREFIXES = {"lyrics-": "lyrics", "unsyncedlyrics-": "lyrics", "comment-": "comment"}
_NOISE_WORDS = """
    major_brand minor_version compatible_brands handler_name vendor_id itunnorm itunsmpb itunpgap
    coverart metadata_block_picture duration gapless_playback language encoding_params
    number_of_frames number_of_bytes bps
"""
_NOISE = frozenset(_NOISE_WORDS.split())
_NOISE_PREFIXES = (
    "_statistics",
    "id3v2_priv",
    "bps-",
    "duration-",
    "number_of_",
    "coverart",
    "location-",
)
_NUMBER = re.compile(r"\s*(\d{1,6})(?:\s*(?:/|of)\s*(\d{1,6}))?")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_BPM = re.compile(r"\s*(\d{1,4}(?:[.,]\d{1,4})?)")


def normalise(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Fields of ``messages.Tags`` as JSON, without those that nothing is known of.

    The first value of a field wins; what is left over goes to ``other``, at most 128 keys with 16
    values each. Values are at most 4 KiB, lyrics and comments 64 KiB.
    """
    fields: dict[str, str] = {}
    other: dict[str, list[str]] = {}
    for key, value in pairs:
        name = clean(key, MAX_KEY_BYTES).lower()
        field = _field_of(name)
        if field is None:
            _add_other(other, name, value)
            continue
        limit = MAX_LONG_TEXT_BYTES if field in {"lyrics", "comment"} else MAX_TEXT_BYTES
        text = clean(value, limit)
        if not text:
            continue
        if field not in fields or (field == "date" and len(text) > len(fields[field])):
            fields[field] = text
    return _typed(fields) | ({"other": other} if other else {})


def _field_of(name: str) -> str | None:
    field = _FIELD.get(name)
    if field is None:
        for prefix, long_field in _PREFIXES.items():
            if name.startswith(prefix):
                return long_field
    return field


def _add_other(other: dict[str, list[str]], name: str, value: str) -> None:
    if not name or name.replace(" ", "_") in _NOISE or name.startswith(_NOISE_PREFIXES):
        return
    if name == "creation_time" and value.startswith("1970"):
        return  # a muxer's zero
    if name not in other and len(other) >= MAX_OTHER:
        return
    text = clean(value)
    values = other.setdefault(name, [])
    if text and text not in values and len(values) < MAX_VALUES:
        values.append(text)
    if not values:
        del other[name]


def _typed(fields: dict[str, str]) -> dict[str, Any]:
    tags: dict[str, Any] = {}
    for field, text in fields.items():
        if field in {"track", "disc"}:
            number, total = _numbers(text)
            _put(tags, field, number)
            _put(tags, f"{field}_total", total)
        elif field in {"track_total", "disc_total"}:
            if field not in tags:
                _put(tags, field, _numbers(text)[0])
        elif field == "bpm":
            _put(tags, field, _bpm(text))
        else:
            tags[field] = text
    year = _YEAR.search(tags.get("date", ""))
    if year and int(year[1]):
        tags["year"] = int(year[1])
    return tags


def _put(tags: dict[str, Any], field: str, value: float | None) -> None:
    if value:
        tags[field] = value


def _numbers(text: str) -> tuple[int | None, int | None]:
    """``"02/03"`` → ``(2, 3)``; 0 means unknown."""
    found = _NUMBER.match(text)
    if not found:
        return None, None
    return int(found[1]) or None, int(found[2] or 0) or None


def _bpm(text: str) -> float | None:
    found = _BPM.match(text)
    value = float(found[1].replace(",", ".")) if found else 0.0
    return value if 0 < value < 2000 else None  # faster is no tempo
