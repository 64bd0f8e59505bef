"""Which recordings share terms at one distance, out of all of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from apollonia.adapters.fingerprints.joining import pairs_in_buckets
from apollonia.adapters.fingerprints.lookups import MOST_EACH
from apollonia.domain.matching.acoustic import MULTIPLIER, SAMPLED, TERM_SHIFT

_OWNER_BITS, _OFFSET_BITS = 23, 18
_PAIRS_AT_ONCE = 40_000_000
_BIAS = 1 << _OFFSET_BITS - 1

type Postings = tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.int32]]
MOST_OWNERS = 1 << _OWNER_BITS


def postings_of(packed: Sequence[bytes], first_owner: int) -> Postings:
    """Terms, whose they are (numbered from ``first_owner``), and where: as ``terms_of`` has them.

    But for its bound on very long recordings: here nobody is held up by them.
    """
    items = np.frombuffer(b"".join(packed), dtype="<u4")
    lengths = np.array([len(it) // 4 for it in packed], np.int64)
    starts = np.cumsum(lengths) - lengths
    terms = items >> np.uint32(TERM_SHIFT)
    begins = np.ones(len(terms), bool)
    begins[1:] = terms[1:] != terms[:-1]
    begins[starts[lengths > 0]] = True
    spread = terms * np.uint32(MULTIPLIER)
    kept = np.flatnonzero(begins & ((spread >> np.uint32(16)) % np.uint32(SAMPLED) == 0))
    owners = np.repeat(np.arange(len(packed)), lengths)[kept]
    positions = kept - starts[owners]
    return terms[kept], (owners + first_owner).astype(np.uint32), positions.astype(np.int32)


def candidates(postings: Postings) -> Mapping[tuple[int, int], Counter[int]]:
    """Pairs of owners (smaller first) with at least two terms at the same distance, one apart.

    The votes are by how much later the second has them. Terms that very many have are left out.
    """
    terms, owners, positions = postings
    order = np.argsort(terms, kind="stable")
    terms, owners, positions = terms[order], owners[order], positions[order]
    found: dict[tuple[int, int], Counter[int]] = {}
    for low, high in _ranges(terms, owners):
        keys = [
            _keys(owners, positions, left, right, low, high)
            for left, right in pairs_in_buckets(terms, MOST_EACH, skip_larger=True)
        ]
        if keys:
            _count(np.sort(np.concatenate(keys)), found)
    return found


def _ranges(terms: NDArray[np.uint32], owners: NDArray[np.uint32]) -> list[tuple[int, int]]:
    """Ranges of the smaller owner, so that the pairs of each fit into memory."""
    _, sizes = np.unique(terms, return_counts=True)
    sizes = sizes[sizes <= MOST_EACH].astype(np.int64)
    parts = 1 + int((sizes * (sizes - 1) // 2).sum()) // _PAIRS_AT_ONCE
    top = int(owners.max(initial=0)) + 1
    # Smaller owners are in more pairs: equal areas of a triangle.
    edges = [round(top * (1 - (1 - part / parts) ** 0.5)) for part in range(parts)] + [top]
    return list(pairwise(edges))


def _keys(
    owners: NDArray[np.uint32],
    positions: NDArray[np.int32],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    low: int,
    high: int,
) -> NDArray[np.uint64]:
    """(smaller owner, larger owner, distance) as one number."""
    one, other = owners[left], owners[right]
    smaller = np.minimum(one, other)
    kept = np.flatnonzero((one != other) & (smaller >= low) & (smaller < high))
    one, other = one[kept], other[kept]
    offset = positions[right[kept]].astype(np.int64) - positions[left[kept]]
    offset[one > other] *= -1
    biased = np.clip(offset + _BIAS, 0, (1 << _OFFSET_BITS) - 1).astype(np.uint64)
    first = np.minimum(one, other).astype(np.uint64) << np.uint64(_OWNER_BITS + _OFFSET_BITS)
    second = np.maximum(one, other).astype(np.uint64) << np.uint64(_OFFSET_BITS)
    keys: NDArray[np.uint64] = first | second | biased
    return keys


def _count(keys: NDArray[np.uint64], found: dict[tuple[int, int], Counter[int]]) -> None:
    close = keys[1:] - keys[:-1] <= 1
    kept = keys[np.append(close, False) | np.insert(close, 0, False)]
    votes, counts = np.unique(kept, return_counts=True)
    mask = MOST_OWNERS - 1
    for key, count in zip(votes.tolist(), counts.tolist(), strict=True):
        pair = (key >> _OWNER_BITS + _OFFSET_BITS, key >> _OFFSET_BITS & mask)
        offset = (key & (1 << _OFFSET_BITS) - 1) - _BIAS
        found.setdefault(pair, Counter())[offset] += count
