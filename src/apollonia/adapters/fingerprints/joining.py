"""All pairs that share a key, in NumPy: by the million, in bounded memory."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apollonia.domain.matching.perceptual import RADIUS

type Numbers = NDArray[np.int64]
type Hashes = NDArray[np.uint64]

_CHUNK = 1 << 22
_BLOCKS = 8
_BLOCK_BITS = 8
MOST_IN_BUCKET = 4_096


def pairs_in_buckets(
    keys: NDArray[Any], most: int = MOST_IN_BUCKET, *, skip_larger: bool = False
) -> Iterator[tuple[Numbers, Numbers]]:
    """Positions (earlier, later in the order of ``keys``) of equal keys, in chunks.

    Of a bucket larger than ``most`` each is paired with the next ``most``; or, with
    ``skip_larger``, with none. ``keys`` must be sorted.
    """
    if not len(keys):
        return
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    sizes = np.diff(np.append(starts, len(keys)))
    after = np.repeat(starts + sizes, sizes) - np.arange(len(keys)) - 1
    if skip_larger:
        after[np.repeat(sizes > most, sizes)] = 0
    np.minimum(after, most, out=after)
    ends = np.cumsum(after)
    first = 0
    while first < len(keys):
        before = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + _CHUNK, side="right")))
        counts = after[first:last]
        total = int(counts.sum())
        if total:
            left = np.repeat(np.arange(first, last), counts)
            began = np.repeat(np.cumsum(counts) - counts, counts)
            yield left, left + 1 + np.arange(total) - began
        first = last


def near_pairs(hashes: Hashes) -> tuple[Numbers, Numbers, NDArray[np.uint8]]:
    """All pairs of distinct hashes at most ``RADIUS`` bits apart, by position, with that distance.

    Eight blocks of eight bits: six wrong bits leave at least two of them whole, so each of the 28
    pairs of blocks is a key, and no pair is missed. No key is shared by more than a few.
    """
    found: list[tuple[Numbers, Numbers]] = []
    blocks = [
        (hashes >> np.uint64(at * _BLOCK_BITS)).astype(np.uint8).astype(np.uint16)
        for at in range(_BLOCKS)
    ]
    for high, low in combinations(range(_BLOCKS), 2):
        keys = blocks[high] << np.uint16(_BLOCK_BITS) | blocks[low]
        order = np.argsort(keys, kind="stable")  # of 16 bits: a radix sort
        mine = hashes[order]
        for left, right in pairs_in_buckets(keys[order]):
            near = np.flatnonzero(np.bitwise_count(mine[left] ^ mine[right]) <= RADIUS)
            if len(near):
                found.append((order[left[near]], order[right[near]]))
    if not found:
        none = np.zeros(0, np.int64)
        return none, none, np.zeros(0, np.uint8)
    one = np.concatenate([np.minimum(*pair) for pair in found])
    other = np.concatenate([np.maximum(*pair) for pair in found])
    packed = np.unique(one.astype(np.uint64) << np.uint64(32) | other.astype(np.uint64))
    one = (packed >> np.uint64(32)).astype(np.int64)
    other = (packed & np.uint64(0xFFFFFFFF)).astype(np.int64)
    return one, other, np.bitwise_count(hashes[one] ^ hashes[other])
