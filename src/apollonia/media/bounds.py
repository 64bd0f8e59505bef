"""Keeping what one file says small: nothing empty, and never more than 256 KiB of JSON."""

from typing import Any

import orjson

MAX_JSON_BYTES = 256 * 1024
_EMPTY: tuple[object, ...] = (None, "", [], {}, False, 0)


def compact(facts: dict[str, Any]) -> dict[str, Any]:
    """Without the fields that have their default: absent means nothing is known."""
    return {key: value for key, value in facts.items() if value not in _EMPTY}


def fit(media: dict[str, Any]) -> dict[str, Any]:
    """The same, or less of it where it is too long: the least telling parts go first."""
    for shorten in (None, _other_tags, _chapters, _streams, _long_texts):
        if shorten is not None:
            shorten(media)
        if len(orjson.dumps(media)) <= MAX_JSON_BYTES:
            return media
    return {key: media[key] for key in ("kind", "format", "mime", "duration_ms") if key in media}


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
