"""Whether pictures and videos look the same, by 64-bit perceptual hashes.

Hashes at most ``RADIUS`` bits apart show the same. Four bands of 16 bits find them all: of six
wrong bits at least one band has at most one, so looking up each band and its sixteen neighbours
misses nothing (M. Norouzi et al., "Fast Exact Search in Hamming Space with Multi-Index Hashing").
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from apollonia.domain.matching.likeness import Likeness, Nature

RADIUS: Final = 6
BANDS: Final = 4
BAND_BITS: Final = 16
MAX_FRAMES: Final = 512
LEAST_BITS: Final = 8  # of a hash that says something: a black frame has none
MOST_BITS: Final = 56
_TOGETHER_MS: Final = 3_000
_LEAST_FRAMES: Final = 3
_MOST_OF_IT: Final = 0.6


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture's hash, and when it is shown: 0 for a still one."""

    at_ms: int
    phash: int


def distance(one: int, other: int) -> int:
    """How many bits differ."""
    return (one ^ other).bit_count()


def is_telling(phash: int) -> bool:
    """Whether it shows more than one colour."""
    return LEAST_BITS <= phash.bit_count() <= MOST_BITS


def slots_of(phash: int) -> Iterator[int]:
    """Where an index keeps it: one number for each band."""
    for band in range(BANDS):
        yield band << BAND_BITS | phash >> band * BAND_BITS & 0xFFFF


def probes_of(phash: int) -> Iterator[int]:
    """Where to look for all that are near: each band, and each with one bit turned."""
    for slot in slots_of(phash):
        yield slot
        for bit in range(BAND_BITS):
            yield slot ^ 1 << bit


def compare_pictures(one: int, other: int) -> Likeness | None:
    """How alike two still pictures are. Evidence: ``distance`` in bits."""
    bits = distance(one, other)
    if bits > RADIUS:
        return None
    return Likeness(Nature.SAME, _score(bits), {"distance": bits})


def compare_videos(one: Sequence[Frame], other: Sequence[Frame]) -> Likeness | None:
    """How alike two videos are: frames that look the same, at about the same distance in time.

    Evidence: ``frames`` that agree, ``of`` how many of the video that has fewer, ``distance`` in
    bits on average, ``offset_ms`` (how much later the second shows them).
    """
    mine = [frame for frame in one if is_telling(frame.phash)][:MAX_FRAMES]
    theirs = [frame for frame in other if is_telling(frame.phash)][:MAX_FRAMES]
    pairs = [
        (b.at_ms - a.at_ms, bits, at, other_at)
        for at, a in enumerate(mine)
        for other_at, b in enumerate(theirs)
        if (bits := distance(a.phash, b.phash)) <= RADIUS
    ]
    if not pairs:
        return None
    together = _densest(sorted(pairs))
    matched = min(len({at for *_, at, _ in together}), len({at for *_, at in together}))
    fewer, more = sorted((len(mine), len(theirs)))
    if matched < min(_LEAST_FRAMES, fewer) or matched < fewer * _MOST_OF_IT:
        return None
    wrong = sum(bits for _, bits, *_ in together) / len(together)
    whole = matched >= more * _MOST_OF_IT
    evidence = {
        "frames": matched,
        "of": fewer,
        "distance": round(wrong, 2),
        "offset_ms": round(median(offset for offset, *_ in together)),
    }
    nature = Nature.SAME if whole else Nature.EXCERPT
    return Likeness(nature, round(matched / fewer * _score(wrong), 4), evidence)


def _score(bits: float) -> float:
    """1 for equal hashes, 0.8 at the radius."""
    return round(1 - bits / (5 * RADIUS), 4)


def _densest(pairs: Sequence[tuple[int, int, int, int]]) -> Sequence[tuple[int, int, int, int]]:
    """Of pairs by their difference in time, those of the fullest three seconds."""
    offsets = [pair[0] for pair in pairs]
    spans = [
        (at, bisect_left(offsets, offset + _TOGETHER_MS + 1)) for at, offset in enumerate(offsets)
    ]
    start, end = max(spans, key=lambda span: span[1] - span[0])
    return pairs[start:end]
