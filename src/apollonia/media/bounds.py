"""Keeping what one file says small: nothing empty, and never more than 256 KiB of JSON."""

from collections.abc import Callable
from typing import Any

import orjson

MAX_JSON_BYTES = 256 * 1024
_HALVINGS = 10
_LISTS = (
    ("playlist", "entries"),
    ("lyrics", "lines"),
    ("cue", "tracks"),
    ("cue", "files"),
    ("checksums", "mismatched"),
    ("checksums", "missing"),
    ("checksums", "unread"),
)
_EMPTY: tuple[object, ...] = (None, "", [], {}, False, 0)


def compact(facts: dict[str, Any]) -> dict[str, Any]:
    """Without the fields that have their default: absent means nothing is known."""
    return {key: value for key, value in facts.items() if value not in _EMPTY}


def fit(media: dict[str, Any]) -> dict[str, Any]:
    """The same, or less of it where it is too long: the least telling parts go first."""
    for shorten in (None, _other_tags, _chapters, _streams, _long_texts, *_shorter_lists()):
        if shorten is not None:
            shorten(media)
        if len(orjson.dumps(media)) <= MAX_JSON_BYTES:
            return media
    return {key: media[key] for key in ("kind", "format", "mime", "duration_ms") if key in media}


def _shorter_lists() -> list[Callable[[dict[str, Any]], None]]:
    """Half of what a sidecar lists, and half again: very long lines are no honest ones."""
    return [_half_of_lists] * _HALVINGS


def _half_of_lists(media: dict[str, Any]) -> None:
    for section, name in _LISTS:
        items = media.get(section, {}).get(name, ())
        if items:
            media[section] |= {name: items[: len(items) // 2], "truncated": True}


def _other_tags(media: dict[str, Any]) -> None:
    media.get("tags", {}).pop("other", None)


def _chapters(media: dict[str, Any]) -> None:
    if "chapters" in media:
        media["chapters"] = media["chapters"][:64]


def _streams(media: dict[str, Any]) -> None:
    if "streams" in media:
        media["streams"] = media["streams"][:16]


def _long_texts(media: dict[str, Any]) -> None:
    for key in ("lyrics", "comment"):
        media.get("tags", {}).pop(key, None)
