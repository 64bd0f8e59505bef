"""Files with words as libraries have them, made anew in the same way for each run."""

import random
from collections.abc import Iterator
from itertools import accumulate

from apollonia.domain.ids import uuid5_of
from apollonia.domain.kinds import AnalysisState, Kind
from apollonia.domain.place import Place
from apollonia.domain.times import format_micros
from apollonia.testing.builders import START_MICROS, a_place

WORDS, ARTISTS, GENRES = 200_000, 60_000, 40
DAYS = 3_650
DAY_US = 86_400_000_000
_VOWELS = ("a", "e", "i", "o", "u", "an", "er", "is", "on", "ar")
_SYLLABLES = [sign + vowel for sign in "bdfghjklmnprstvwz" for vowel in _VOWELS]
_FORMATS = {("audio", "flac"): 55, ("audio", "mp3"): 30, ("video", "mkv"): 5, ("image", "jpg"): 10}
_KEYS = [f"{number}{letter}" for number in range(1, 13) for letter in "AB"]


class Corpus:
    """Ten files to an album; words, artists and genres follow Zipf's law."""

    def __init__(self, seed: int = 1) -> None:
        rng = random.Random(seed)
        self.words = _distinct(rng, WORDS, 2, 4)
        self._word_weights = list(accumulate(1 / (rank + 3) for rank in range(WORDS)))
        lasts = rng.choices(self.words, cum_weights=self._word_weights, k=ARTISTS)
        firsts = _distinct(rng, ARTISTS, 2, 3)
        names = zip(firsts, lasts, strict=True)
        self.artists = [f"{first.title()} {last.title()}" for first, last in names]
        self._artist_weights = list(accumulate(1 / (rank + 20) for rank in range(ARTISTS)))
        self.genres = [word.title() for word in _distinct(rng, GENRES, 2, 3)]
        self._genre_weights = list(accumulate(1 / (rank + 1) for rank in range(GENRES)))

    def places(self, start: int, end: int, total: int) -> Iterator[Place]:
        for number in range(start, end):
            yield self.place(number, total)

    def place(self, number: int, total: int) -> Place:
        rng, album = random.Random(number), random.Random(-1 - number // 10)
        artist = album.choices(self.artists, cum_weights=self._artist_weights)[0]
        name = " ".join(self._pick(album, 2)).title()
        title = " ".join(self._pick(rng, rng.randint(1, 4)))
        genre = album.choices(self.genres, cum_weights=self._genre_weights)[0]
        kind, form = album.choices(list(_FORMATS), weights=list(_FORMATS.values()))[0]
        track = number % 10 + 1
        path = f"/music/{artist}/{name} {number // 10}/{track:02d} {title}.{form}".encode()
        tags: dict[str, object] = {
            "title": title.title(),
            "artist": artist,
            "album": name,
            "genre": genre,
        }
        tags |= {"genre": genre, "year": album.randint(1960, 2024), "track": track, "other": {}}
        media: dict[str, object] = {"kind": kind, "format": form, "codecs": [form], "tags": tags}
        media |= {"duration_ms": rng.randint(60_000, 600_000), "bit_rate": 900_000}
        media |= {"sample_rate": 44_100, "channels": 2}
        found = _found(rng) if kind == "audio" and number % 2 else None
        return a_place(
            path=path,
            id=uuid5_of(path),
            kind=Kind(kind),
            format=form,
            media=media,
            found=found,
            analysis=AnalysisState.DONE if found else AnalysisState.PENDING,
            size=rng.randint(10**6, 10**8),
            sha256_hash=f"{number:064x}",
            xxh128_hash=f"{number:032x}",
            added_time=format_micros(added_micros(number, total)),
            modified_time=format_micros(START_MICROS - rng.randint(0, DAYS) * DAY_US),
        )

    def _pick(self, rng: random.Random, count: int) -> list[str]:
        return rng.choices(self.words, cum_weights=self._word_weights, k=count)


def added_micros(number: int, total: int) -> int:
    """Spread over ten years."""
    return START_MICROS + number * DAYS // total * DAY_US + number * 1_000


def _found(rng: random.Random) -> dict[str, object]:
    known = {"tempo_bpm": round(rng.uniform(60, 180), 1), "key_camelot": rng.choice(_KEYS)}
    return {**known, "energy": round(rng.random(), 2), "quality": round(rng.random(), 2)}


def _distinct(rng: random.Random, count: int, least: int, most: int) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(rng.choices(_SYLLABLES, k=rng.randint(least, most)))] = None
    return list(found)
