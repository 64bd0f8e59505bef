"""What is true of a file for those who look for it: from tags, from analysis, from people.

One place decides which source counts, so that lists, search, facets and the graph agree: what
people say before what analysis found before what the file's tags say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apollonia.domain.facts import NUMBERS, Facts
from apollonia.domain.several import several

_NOTHING: Mapping[str, Any] = {}
_LEAST_BPM, _MOST_BPM = NUMBERS["tempo_bpm"]
_EDITED_TAGS = (
    "title", "artist", "album", "album_artist", "composer", "year", "track", "disc",
)  # fmt: skip
FOUND_TERMS: Mapping[str, str] = {
    "genres": "genre_found",
    "moods": "mood",
    "instruments": "instrument",
    "objects": "object",
    "voice": "voice",
    "sound": "sound",
}
"""Facts whose words files are looked up by, and the name of each as a field of ``file_terms``."""


@dataclass(frozen=True, slots=True)
class Effective:
    """The numbers that lists are narrowed and sorted by; ``terms``: (field, word as it is shown).

    ``musical_key`` as Camelot. ``genre`` terms are from tags or people, ``genre_found`` from
    analysis, ``tag`` and ``language`` from people.
    """

    tempo_bpm: float | None = None
    musical_key: str | None = None
    loudness_lufs: float | None = None
    energy: float | None = None
    valence: float | None = None
    arousal: float | None = None
    quality: float | None = None
    terms: tuple[tuple[str, str], ...] = ()


def effective(
    media: Mapping[str, Any] | None, found: Facts | None, edited: Mapping[str, Any] | None = None
) -> Effective:
    """All three layers."""
    tags = tags_of(media, edited)
    terms = tuple(("genre", word) for word in _genres(tags))
    if not found and not edited:
        return Effective(tempo_bpm=_tagged_tempo(tags), terms=terms)
    said, number = edited or _NOTHING, _numbers(found or {})
    key = said.get("key") or (found or {}).get("key_camelot")
    return Effective(
        tempo_bpm=said.get("tempo_bpm") or number.get("tempo_bpm", _tagged_tempo(tags)),
        musical_key=key if isinstance(key, str) else None,
        loudness_lufs=number.get("loudness_lufs"),
        energy=number.get("energy"),
        valence=number.get("valence"),
        arousal=number.get("arousal"),
        quality=number.get("quality"),
        terms=(*terms, *_found_terms(found or {}), *_edited_terms(said)),
    )


def tags_of(media: Mapping[str, Any] | None, edited: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The tags that people search by (``messages.Tags``), with what people say in their place."""
    tags: Mapping[str, Any] = (media or _NOTHING).get("tags") or _NOTHING
    if not edited:
        return tags
    said = {name: edited[name] for name in _EDITED_TAGS if name in edited}
    if "genre" in edited:
        said["genre"] = "; ".join(edited["genre"])
    return {**tags, **said}


def _genres(tags: Mapping[str, Any]) -> tuple[str, ...]:
    genre = tags.get("genre")
    return several(genre) if isinstance(genre, str) else ()


def _numbers(found: Facts) -> dict[str, float]:
    return {name: float(it) for name, it in found.items() if isinstance(it, int | float)}


def _found_terms(found: Facts) -> Iterator[tuple[str, str]]:
    for name, field in FOUND_TERMS.items():
        value = found.get(name)
        if isinstance(value, str):
            yield field, value
        elif isinstance(value, list):
            yield from ((field, word) for word in value)


def _edited_terms(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from (("tag", word) for word in said.get("tags", ()))
    if "language" in said:
        yield "language", said["language"]


def _tagged_tempo(tags: Mapping[str, Any]) -> float | None:
    bpm = tags.get("bpm")
    if not isinstance(bpm, int | float) or not _LEAST_BPM <= bpm <= _MOST_BPM:
        return None
    return float(bpm)
