"""A place as a row of ``files``."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from apollonia.adapters.catalog.folding import KEY_CHARACTERS, MISSING, clean, fold, words_of
from apollonia.domain.effective import Effective, effective, tags_of
from apollonia.domain.kinds import Availability
from apollonia.domain.paths import display, folder_of, name_of, path_key
from apollonia.domain.place import Place

HEAD_BYTES = 512
"""How much of a path is sorted by and looked up in folders: longer ones exceed an index's row."""

_MAX_SMALL = 2**31 - 1
_MAX_DURATION_MS = 2**53
_WORDS_CHARACTERS = 1024
_NO_MEDIA: Mapping[str, Any] = {}


class Shelf(NamedTuple):
    """What lists are filtered by; ``format`` is ``""`` where there is none."""

    root: str
    kind: str
    format: str
    availability: str
    status: str


def shelf_of(place: Place) -> Shelf:
    """Where the place stands."""
    return Shelf(
        clean(place.root),
        place.kind.value,
        clean(place.format or ""),
        Availability.TRASHED.value if is_deleted(place) else place.availability.value,
        place.status.value,
    )


def is_deleted(place: Place) -> bool:
    """Whether people have deleted it from the catalog: it stands in the trash until restored."""
    return bool(place.edited and place.edited.get("deleted"))


def columns_of(place: Place) -> dict[str, Any]:
    """All columns of ``files`` that follow from the place alone, in the table's order."""
    media = place.media or _NO_MEDIA
    tags = tags_of(place.media, place.edited)
    name = display(name_of(place.path))
    return {
        "id": place.id,
        "path_key": path_key(place.path),
        "path": place.path,
        "path_head": place.path[:HEAD_BYTES],
        "folder_hash": short_hash(folder_of(place.path)),
        "reason_code": _cleaned(place.reason_code),
        "reason": _cleaned(place.reason),
        "analysis": place.analysis.value,
        "sha256_hash": place.sha256_hash,
        "xxh128_hash": place.xxh128_hash,
        "size": place.size,
        "modified_time": place.modified_time,
        "accessed_time": place.accessed_time,
        "changed_time": place.changed_time,
        "added_time": place.added_time,
        "missing_since": place.missing_since,
        "inode": signed(place.inode),
        "links": signed(place.links),
        "version_timestamp": place.version.timestamp,
        "version_message_id": place.version.message_id,
        "title_key": _title(tags, name) or MISSING,
        "artist_key": _folded(tags, "artist") or _folded(tags, "album_artist") or MISSING,
        "album_key": _folded(tags, "album") or MISSING,
        "album_artist": _folded(tags, "album_artist"),
        "composer": _folded(tags, "composer"),
        "genre": _folded(tags, "genre"),
        "words": _words(place, name, tags.get("year")),
        "duration_ms": duration_of(place),
        "year": _small(tags, "year"),
        "track": _small(tags, "track"),
        "disc": _small(tags, "disc"),
        "codec": _codec(media),
        "bit_rate": _small(media, "bit_rate"),
        "sample_rate": _small(media, "sample_rate"),
        "channels": _small(media, "channels"),
        "width": _small(media, "width"),
        "height": _small(media, "height"),
        "frame_rate": _real(media, "frame_rate"),
        **known_columns(effective(place.media, place.found, place.edited)),
        "hidden": place.availability.value if is_deleted(place) else None,
    }


def known_columns(known: Effective) -> dict[str, float | str | None]:
    """The columns of what analysis may know, in the table's order."""
    return {
        "tempo_bpm": known.tempo_bpm,
        "musical_key": known.musical_key,
        "loudness_lufs": known.loudness_lufs,
        "energy": known.energy,
        "valence": known.valence,
        "arousal": known.arousal,
        "quality": known.quality,
    }


def duration_of(place: Place) -> int:
    """Milliseconds; 0 where there is none."""
    value = (place.media or _NO_MEDIA).get("duration_ms")
    return min(max(value, 0), _MAX_DURATION_MS) if isinstance(value, int) else 0


@lru_cache(maxsize=4_096)  # a folder's files share it, and their neighbours
def short_hash(path: bytes) -> int:
    """64 bits that stand for a path in an index; the path itself is compared as well."""
    return int.from_bytes(hashlib.sha256(path).digest()[:8], signed=True)


def signed(number: int | None) -> int | None:
    """Inode numbers have 64 bits without a sign, database integers have one."""
    if number is None or -(2**63) <= number < 2**63:
        return number
    return (number & (2**64 - 1)) - 2**64 if number < 2**64 else None


def unsigned(number: int | None) -> int | None:
    """The inverse of ``signed``."""
    return number if number is None or number >= 0 else number + 2**64


def _title(tags: Mapping[str, Any], name: str) -> str:
    """Untitled files stand where people see them: by their name without its extension."""
    stem, dot, _ = name.rpartition(".")
    return _folded(tags, "title") or fold(stem if dot and stem else name)


def _words(place: Place, name: str, year: object) -> str:
    """The name's words first, then those of the folders from the root's own name on, the year."""
    path = display(place.path)
    above = place.root.rstrip("/").rpartition("/")[0] + "/"
    folders = path.removeprefix(above)[: -len(name)].strip("/").replace("/", " ")
    words = f"{words_of(name)} {words_of(folders)}".strip()
    if isinstance(year, int):
        words = f"{words[: _WORDS_CHARACTERS - 8]} {year}"
    return words[:_WORDS_CHARACTERS]


def _folded(tags: Mapping[str, Any], key: str) -> str:
    value = tags.get(key)
    return fold(value) if isinstance(value, str) else ""


def _cleaned(text: str | None) -> str | None:
    return None if text is None else clean(text)


def _codec(media: Mapping[str, Any]) -> str | None:
    codecs = media.get("codecs")
    return clean(str(codecs[0]))[:KEY_CHARACTERS] if codecs else None


def _small(values: Mapping[str, Any], key: str) -> int | None:
    value = values.get(key)
    return value if isinstance(value, int) and 0 <= value <= _MAX_SMALL else None


def _real(values: Mapping[str, Any], key: str) -> float | None:
    value = values.get(key)
    return float(value) if isinstance(value, int | float) else None
