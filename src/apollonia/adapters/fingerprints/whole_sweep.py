"""Every likeness in the whole index."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from itertools import batched, combinations

import numpy as np
from numpy.typing import NDArray

from apollonia.adapters.database.bulk import AnyRow, run, select_by_keys
from apollonia.adapters.database.engine import Database
from apollonia.adapters.fingerprints.acoustic_sweep import (
    MOST_OWNERS,
    Postings,
    candidates,
    postings_of,
)
from apollonia.adapters.fingerprints.joining import near_pairs
from apollonia.adapters.fingerprints.packing import unpack_frames, unpack_items
from apollonia.domain.matching.acoustic import compare
from apollonia.domain.matching.likeness import Family, Likeness
from apollonia.domain.matching.perceptual import (
    LEAST_BITS,
    MOST_BITS,
    compare_pictures,
    compare_videos,
)
from apollonia.ports.fingerprints import Found

_ROWS = 20_000
_PAGE = (
    "SELECT number, sha256_hash, packed FROM fingerprints WHERE family = ? AND number > ?"
    " ORDER BY number LIMIT ?"
)
_PACKED = "SELECT number, packed FROM fingerprints WHERE number IN {keys}"
_JUDGED_AT_ONCE = 512
_MOST_OWNERS_OF_A_FRAME = 64  # what more videos have is a studio's logo
_MOST_PARTNERS = 64
_FRAME = np.dtype([("at_ms", "<u4"), ("phash", "<u8")])


class WholeSweep:
    """One sweep over everything; about 2 KB of memory for each recording."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sweep(
        self, family: Family, told: Callable[[int], None] = lambda _: None
    ) -> Sequence[Found]:
        """All pairs that are alike."""
        if family is Family.ACOUSTIC:
            return await self._recordings(told)
        hashes: list[str] = []
        packed: list[bytes] = []
        async for rows in self._pages(family):
            hashes.extend(row[1] for row in rows)
            packed.extend(bytes(row[2]) for row in rows)
            told(len(hashes))
        work = _pictures if family is Family.IMAGE else _videos
        return await asyncio.to_thread(work, hashes, packed)

    async def _recordings(self, told: Callable[[int], None]) -> Sequence[Found]:
        hashes: list[str] = []
        numbers: list[int] = []
        parts: list[Postings] = []
        async for rows in self._pages(Family.ACOUSTIC):
            packed = [bytes(row[2]) for row in rows]
            parts.append(await asyncio.to_thread(postings_of, packed, len(hashes)))
            hashes.extend(row[1] for row in rows)
            numbers.extend(row[0] for row in rows)
            told(len(hashes))
            if len(hashes) >= MOST_OWNERS:
                break
        if not parts:
            return ()
        whole: Postings = tuple(np.concatenate(it) for it in zip(*parts, strict=True))  # type: ignore[assignment]
        parts.clear()
        pairs = await asyncio.to_thread(candidates, whole)
        return await self._judged(pairs.items(), hashes, numbers)

    async def _judged(
        self,
        pairs: Iterable[tuple[tuple[int, int], Counter[int]]],
        hashes: Sequence[str],
        numbers: Sequence[int],
    ) -> Sequence[Found]:
        found: list[Found] = []
        for chunk in batched(sorted(pairs, key=lambda it: it[0]), _JUDGED_AT_ONCE):
            wanted = sorted({numbers[owner] for pair, _ in chunk for owner in pair})
            rows = await self._database.read(
                lambda at, wanted=wanted: select_by_keys(at, _PACKED, wanted)  # type: ignore[misc]
            )
            items = {number: bytes(packed) for number, packed in rows}
            found.extend(await asyncio.to_thread(_recordings, chunk, hashes, numbers, items))
        return found

    async def _pages(self, family: Family) -> AsyncIterator[Sequence[AnyRow]]:
        after = -1
        while True:
            values = (family.value, after, _ROWS)
            rows = await self._database.read(lambda at, values=values: run(at, _PAGE, values))  # type: ignore[misc]
            if not rows:
                return
            yield rows
            after = rows[-1][0]


def _recordings(
    pairs: Iterable[tuple[tuple[int, int], Counter[int]]],
    hashes: Sequence[str],
    numbers: Sequence[int],
    packed: Mapping[int, bytes],
) -> Sequence[Found]:
    found = []
    for (one, other), votes in pairs:
        if hashes[one] > hashes[other]:
            one, other = other, one  # noqa: PLW2901 - in the order of their hashes
            votes = Counter({-offset: count for offset, count in votes.items()})  # noqa: PLW2901
        likeness = compare(
            unpack_items(packed[numbers[one]]), unpack_items(packed[numbers[other]]), votes
        )
        if likeness is not None:
            found.append(Found(Family.ACOUSTIC, hashes[one], hashes[other], likeness))
    return found


def _telling(phashes: NDArray[np.uint64]) -> NDArray[np.int64]:
    bits = np.bitwise_count(phashes)
    return np.flatnonzero((bits >= LEAST_BITS) & (bits <= MOST_BITS))


def _pictures(hashes: Sequence[str], packed: Sequence[bytes]) -> Sequence[Found]:
    phashes = np.frombuffer(b"".join(it[: _FRAME.itemsize] for it in packed), _FRAME)["phash"]
    kept = _telling(phashes)
    distinct, first, inverse = np.unique(phashes[kept], return_index=True, return_inverse=True)
    repeats = np.flatnonzero(first[inverse] != np.arange(len(kept)))
    found = [
        _found(hashes, kept[first[inverse[later]]], kept[later], phashes)
        for later in repeats.tolist()
    ]
    one, other, _ = near_pairs(distinct)
    found.extend(
        _found(hashes, kept[first[left]], kept[first[right]], phashes)
        for left, right in zip(*_few_each(one, other), strict=True)
    )
    return [it for it in found if it is not None]


def _found(
    hashes: Sequence[str], one: int, other: int, phashes: NDArray[np.uint64]
) -> Found | None:
    likeness = compare_pictures(int(phashes[one]), int(phashes[other]))
    return (
        None if likeness is None else _in_order(Family.IMAGE, hashes[one], hashes[other], likeness)
    )


def _few_each(
    one: NDArray[np.int64], other: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each second one the first few partners: pairs are in the order of the first ones."""
    order = np.argsort(other, kind="stable")
    starts = np.searchsorted(other[order], other[order], side="left")
    kept = order[np.arange(len(order)) - starts < _MOST_PARTNERS]
    return one[kept], other[kept]


def _videos(hashes: Sequence[str], packed: Sequence[bytes]) -> Sequence[Found]:
    frames = np.frombuffer(b"".join(packed), _FRAME)["phash"]
    owners = np.repeat(np.arange(len(packed)), [len(it) // _FRAME.itemsize for it in packed])
    kept = _telling(frames)
    distinct, inverse = np.unique(frames[kept], return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    edges = np.searchsorted(inverse[order], np.arange(len(distinct) + 1))
    having = owners[kept][order]
    videos = [
        sorted(set(having[start:end].tolist()))[: _MOST_OWNERS_OF_A_FRAME + 1]
        for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    ]
    votes: Counter[tuple[int, int]] = Counter()
    for each in videos:
        if 1 < len(each) <= _MOST_OWNERS_OF_A_FRAME:
            votes.update(combinations(each, 2))
    one, other, _ = near_pairs(distinct)
    for left, right in zip(one.tolist(), other.tolist(), strict=True):
        if max(len(videos[left]), len(videos[right])) <= _MOST_OWNERS_OF_A_FRAME:
            votes.update(
                (min(a, b), max(a, b)) for a in videos[left] for b in videos[right] if a != b
            )
    found = []
    for a, b in votes:
        first, second = sorted((a, b), key=lambda at: hashes[at])
        likeness = compare_videos(
            tuple(unpack_frames(packed[first])), tuple(unpack_frames(packed[second]))
        )
        if likeness is not None:
            found.append(Found(Family.VIDEO, hashes[first], hashes[second], likeness))
    return found


def _in_order(family: Family, one: str, other: str, likeness: Likeness) -> Found:
    return Found(family, min(one, other), max(one, other), likeness)
