"""Whether two recordings are the same by their Chromaprints, and where.

A Chromaprint has one 32-bit item for each 0.124 s. The same recording, encoded again, has the same
items but for some bits; of unrelated ones about half of the bits differ. So candidates are those
that share some items exactly, at the same distance from one another (the terms), and what they
share is told by the bits that differ along that distance (A. Wang, "An Industrial-Strength Audio
Search Algorithm", 2003; L. Lalinsky, "How does Chromaprint work?", 2011).
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from apollonia.domain.matching.likeness import Likeness, Nature

ITEM_S: Final = 1365 / 11_025
"""Seconds from one item to the next: a third of a frame of 4,096 samples at 11,025 Hz."""
TERM_SHIFT: Final = 8
SAMPLED: Final = 8
"""One of so many terms is indexed; which ones follows from the term, so all choose the same."""
MAX_TERMS: Final = 4_096
MULTIPLIER: Final = 0x9E3779B1  # 2^32 divided by the golden ratio: spreads neighbouring terms

_BLOCK: Final = 16  # items that are judged together: 2 s
_BLOCK_BYTES: Final = _BLOCK * 4
_WINDOW: Final = 4  # blocks that must agree on average: 8 s
_MAX_ERROR: Final = 0.25
_MOST_OFFSETS: Final = 4
_LEAST_VOTES: Final = 2
_FEW_ITEMS: Final = 2  # distinct ones in a block: silence, or one held tone
_LEAST_S: Final = 5.0
_PASSAGE_S: Final = 15.0
_MOST_OF_IT: Final = 0.75


@dataclass(frozen=True, slots=True)
class Segment:
    """Blocks of the first one that agree with the second, ``offset`` items later.

    From ``start`` to before ``end``; ``blocks`` of them say something, with so many wrong bits.
    """

    start: int
    end: int
    offset: int
    blocks: int
    errors: int


def spread(term: int) -> int:
    """32 bits that follow from the term, evenly spread."""
    return term * MULTIPLIER & 0xFFFFFFFF


def terms_of(items: Sequence[int]) -> Mapping[int, Sequence[int]]:
    """What an index finds the fingerprint by: terms with the positions where they begin.

    Repeats in a row count once. Of very long ones those that spread lowest stay, so that an
    excerpt chooses the same.
    """
    found: dict[int, list[int]] = {}
    last = -1
    for position, item in enumerate(items):
        term = item >> TERM_SHIFT
        if term != last:
            last = term
            if not (spread(term) >> 16) % SAMPLED:
                found.setdefault(term, []).append(position)
    if sum(map(len, found.values())) <= MAX_TERMS:
        return found
    lowest = sorted(found, key=spread)[:MAX_TERMS]
    return {term: found[term][:1] for term in lowest}


def offsets_of(votes: Counter[int]) -> Sequence[tuple[int, int]]:
    """The (offset, votes) at which two fingerprints share most terms, the most first.

    Positions of a term may be one off, since its run of equal items may begin one sooner.
    """
    smooth = {at: votes[at - 1] + votes[at] + votes[at + 1] for at in votes}
    taken: list[tuple[int, int]] = []
    for at in sorted(smooth, key=lambda at: (-smooth[at], -votes[at], at)):
        if smooth[at] < _LEAST_VOTES or len(taken) == _MOST_OFFSETS:
            break
        if all(abs(at - other) > 1 for other, _ in taken):
            taken.append((at, smooth[at]))
    return taken


def votes_between(one: Sequence[int], other: Sequence[int]) -> Counter[int]:
    """How many terms both share, by how much later the second one has them."""
    mine, theirs = terms_of(one), terms_of(other)
    return Counter(
        at - position
        for term, positions in mine.items()
        for position in positions
        for at in theirs.get(term, ())
    )


def compare(
    one: Sequence[int], other: Sequence[int], votes: Counter[int] | None = None
) -> Likeness | None:
    """How alike two fingerprints are, or ``None``: two recordings.

    ``votes`` are those of ``votes_between``, where they are known already. Evidence: ``offset_s``
    (how much later the second has what the first has), ``overlap_s`` (how much of it agrees),
    ``bit_error_rate`` over that, ``segments`` where there are several, ``coverage`` of the
    shorter and the longer one.
    """
    found = votes_between(one, other) if votes is None else votes
    mine, theirs = _Items(one), _Items(other)
    segments = _disjoint(
        segment
        for at, _ in offsets_of(found)
        for segment in _segments(mine, theirs, _best_near(mine, theirs, at))
    )
    return _judge(segments, mine.telling_s(), theirs.telling_s())


class _Items:
    """Items as bytes, so that whole blocks are compared at once."""

    def __init__(self, items: Sequence[int]) -> None:
        self.items = items
        self.bytes = array("I", items).tobytes()
        self.blocks = max(1, len(items) // _BLOCK)
        self.telling = [_is_telling(items, at) for at in range(self.blocks)]

    def telling_s(self) -> float:
        """Seconds that say something: without silence and held tones."""
        return sum(self.telling) * _BLOCK * ITEM_S

    def block(self, item: int) -> int:
        """The block that begins with this item, as one number."""
        return int.from_bytes(self.bytes[item * 4 : item * 4 + _BLOCK_BYTES], "little")


def _is_telling(items: Sequence[int], block: int) -> bool:
    return len(set(items[block * _BLOCK : (block + 1) * _BLOCK])) > _FEW_ITEMS


def _best_near(one: _Items, other: _Items, offset: int) -> int:
    """The offset or a neighbour of it, by the fewest wrong bits in a few blocks of the overlap."""

    def errors(at: int) -> int:
        blocks = range(*_overlap(one, other, at))
        step = max(1, len(blocks) // 16)
        return sum(
            (one.block(b * _BLOCK) ^ other.block(b * _BLOCK + at)).bit_count()
            for b in blocks[::step]
        )

    return min((offset, offset - 1, offset + 1), key=errors)


def _overlap(one: _Items, other: _Items, offset: int) -> tuple[int, int]:
    """The blocks of the first, from and up to, that lie within the second."""
    first = max(0, -(offset // _BLOCK))
    last = min(len(one.items), len(other.items) - offset) // _BLOCK
    return first, max(first, last)


def _segments(one: _Items, other: _Items, offset: int) -> Iterator[Segment]:
    """Where both agree at this offset: runs of blocks whose neighbourhood has few wrong bits."""
    first, last = _overlap(one, other, offset)
    errors = [
        (one.block(b * _BLOCK) ^ other.block(b * _BLOCK + offset)).bit_count()
        for b in range(first, last)
    ]
    width = min(_WINDOW, len(errors))
    if not width:
        return
    limit = _MAX_ERROR * width * _BLOCK_BYTES * 8
    good = [False] * len(errors)
    wrong = sum(errors[:width])
    for at in range(len(errors) - width + 1):
        if wrong <= limit:
            good[at : at + width] = [True] * width
        if at + width < len(errors):
            wrong += errors[at + width] - errors[at]
    edges = [0, *(at for at in range(1, len(good)) if good[at] != good[at - 1]), len(good)]
    for start, end in pairwise(edges):
        if good[start]:
            told = [at for at in range(start, end) if one.telling[first + at]]
            if told:
                wrong = sum(errors[at] for at in told)
                yield Segment(first + start, first + end, offset, len(told), wrong)


def _disjoint(segments: Iterable[Segment]) -> Sequence[Segment]:
    """The longest ones that share no blocks of the first, in its order."""
    kept: list[Segment] = []
    for segment in sorted(segments, key=lambda it: (-it.blocks, it.errors)):
        if all(segment.start >= it.end or it.start >= segment.end for it in kept):
            kept.append(segment)
    return sorted(kept, key=lambda it: it.start)


def _judge(segments: Sequence[Segment], one_s: float, other_s: float) -> Likeness | None:
    blocks = sum(it.blocks for it in segments)
    matched_s = blocks * _BLOCK * ITEM_S
    shorter, longer = sorted((one_s, other_s))
    if not blocks or matched_s < min(_LEAST_S, shorter * _MOST_OF_IT):
        return None
    error_rate = sum(it.errors for it in segments) / (blocks * _BLOCK_BYTES * 8)
    of_shorter, of_longer = (min(1.0, matched_s / it) for it in (shorter, longer))
    if of_longer >= _MOST_OF_IT:
        nature, coverage = Nature.SAME, of_longer
    elif of_shorter >= _MOST_OF_IT:
        nature, coverage = Nature.EXCERPT, of_shorter
    elif matched_s >= _PASSAGE_S:
        nature, coverage = Nature.PASSAGE, of_shorter
    else:
        return None
    longest = max(segments, key=lambda it: it.blocks)
    evidence = {
        "offset_s": round(longest.offset * ITEM_S, 2),
        "overlap_s": round(matched_s, 1),
        "bit_error_rate": round(error_rate, 4),
        "coverage": {"shorter": round(of_shorter, 3), "longer": round(of_longer, 3)},
        "segments": [
            {
                "start_s": round(it.start * _BLOCK * ITEM_S, 1),
                "offset_s": round(it.offset * ITEM_S, 2),
                "seconds": round(it.blocks * _BLOCK * ITEM_S, 1),
            }
            for it in segments
        ],
    }
    return Likeness(nature, round(coverage * (1 - 2 * error_rate), 4), evidence)
