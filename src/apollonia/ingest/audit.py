"""Whether the index and the catalog still know the same files, asked before a start's first scan.

The databases of an installation are separate files. When one was lost, or replaced by an older
backup, the others must not go on as if nothing had happened: what the catalog lacks is told again,
and what only the catalog knows is looked for, so that it can be found missing. Nothing is deleted
here: the scan that follows decides by what is on the disk, under the same guards as ever.
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import batched
from pathlib import Path

from apollonia.domain.kinds import Availability
from apollonia.domain.paging import FileFilter, Sort, SortKey
from apollonia.domain.place import Place
from apollonia.domain.times import format_micros, parse_micros
from apollonia.errors import Unavailable
from apollonia.ingest.root.roots import Root
from apollonia.messages import POPULATOR_QUEUE
from apollonia.observe.logs import get_logger
from apollonia.ports.bus import Bus
from apollonia.ports.clock import Clock
from apollonia.ports.index import Commit, Entry, Index
from apollonia.ports.library import Library
from apollonia.work.pause import until_stopped
from apollonia.work.service import Service

log = get_logger(__name__)

_BATCH = 500
_DRAIN_LIMIT_S = 10.0
_DRAIN_LOOK_S = 0.1
_STILL_S = 3.0  # longer than a populator takes for the messages in its hands
_STILL_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Audited:
    """Files whose events the catalog lacks, and files that only the catalog knows."""

    lost: int = 0
    unknown: int = 0


class Audit:
    """Compares, and marks what differs so that the next scan reads it again."""

    def __init__(self, *, index: Index, library: Library, bus: Bus, clock: Clock) -> None:
        self._index = index
        self._library = library
        self._bus = bus
        self._clock = clock

    async def run(self, root: Root, *, full: bool = False) -> Audited:
        """Audit one root; quick when both sides have the same count and newest event.

        ``full``: both may be the same by chance, since somebody else told of this root meanwhile.

        Raises:
            Unavailable: one of the databases is away.
        """
        device = await asyncio.to_thread(_device, root.path)
        if device is None or not await self._is_drained():
            return Audited()
        if not full and await self._agrees(root):
            return Audited()
        if not await self._is_still(root) or (not full and await self._agrees(root)):
            return Audited()
        audited = Audited(
            lost=await self._forget_what_was_lost(root),
            unknown=await self._adopt_what_is_unknown(root, device),
        )
        if audited != Audited():
            log.warning(
                "index and catalog differ; the scan reads these files again",
                root=root.name,
                not_in_catalog=audited.lost,
                not_in_index=audited.unknown,
            )
        return audited

    async def _is_drained(self) -> bool:
        """What is still on its way to the catalog would look lost."""
        deadline = self._clock.monotonic() + _DRAIN_LIMIT_S
        while await self._waiting():
            if self._clock.monotonic() > deadline:
                return _too_early()
            await self._clock.sleep(_DRAIN_LOOK_S)
        return True

    async def _is_still(self, root: Root) -> bool:
        """What populators hold a broker does not tell; it shows in the catalog soon."""
        began = since = self._clock.monotonic()
        seen = await self._library.root_summary(root.name)
        while self._clock.monotonic() - since < _STILL_S:
            if self._clock.monotonic() - began > _STILL_LIMIT_S:
                return _too_early()
            await self._clock.sleep(_DRAIN_LOOK_S)
            waits, now = await self._waiting(), await self._library.root_summary(root.name)
            if waits or now != seen:
                seen, since = now, self._clock.monotonic()
        return True

    async def _waiting(self) -> int:
        return await self._index.unsent_count() or await self._bus.depth(POPULATOR_QUEUE)

    async def _agrees(self, root: Root) -> bool:
        count, newest = await self._library.root_summary(root.name)
        record = await self._index.root(root.path)
        # older: events were lost; newer: somebody else told of this root after us
        same_newest = (newest or format_micros(0)) == format_micros(record.last_timestamp)
        return same_newest and count == await self._index.count_under(root.path)

    async def _forget_what_was_lost(self, root: Root) -> int:
        lost = 0
        for folders in batched(await self._index.folders_under(root.path), _BATCH):
            listed = await self._index.fingerprints(folders)
            paths = [
                folder.rstrip(b"/") + b"/" + name
                for folder, names in listed.items()
                for name in names
            ]
            for some in batched(paths, _BATCH):
                lost += await self._forget_if_lost(some)
        return lost

    async def _forget_if_lost(self, paths: Sequence[bytes]) -> int:
        entries = await self._index.entries(paths)
        places = await self._library.places_at(paths)
        lost = [entry for entry in entries.values() if not _is_told(entry, places.get(entry.path))]
        gone = self._clock.now_micros()
        await self._index.commit(Commit([replace(entry, gone_micros=gone) for entry in lost]))
        return len(lost)

    async def _adopt_what_is_unknown(self, root: Root, device: int) -> int:
        where = FileFilter(root=root.name, availabilities=(Availability.PRESENT.value,))
        adopted, after = 0, None
        while True:
            order = Sort(SortKey.PATH, descending=False)
            page = await self._library.page(where, order, limit=_BATCH, after=after)
            entries = await self._index.entries([place.path for place in page.items])
            unknown = [
                _entry(place, device)
                for place in page.items
                if (known := entries.get(place.path)) is None or not known.is_live
            ]
            await self._index.commit(Commit(unknown))
            adopted += len(unknown)
            after = page.next
            if after is None:
                return adopted


class AuditedIngest:
    """The ingestor, whose roots are audited before their first scan.

    An audit that cannot be made does not keep the scan away.
    """

    name = "ingest"

    def __init__(self, *, audit: Audit, roots: Sequence[Root], ingest: Service) -> None:
        self._audit = audit
        self._roots = roots
        self._ingest = ingest

    async def run(self, stop: asyncio.Event) -> None:
        """Audit, then ingest until ``stop``."""
        await until_stopped(stop, self._audit_roots())
        if not stop.is_set():
            await self._ingest.run(stop)

    async def _audit_roots(self) -> None:
        for root in self._roots:
            try:
                await self._audit.run(root)
            except Unavailable as error:
                log.warning("no audit", root=root.name, reason=error.message)


def _too_early() -> bool:
    log.info("no audit: events are still on their way to the catalog")
    return False


def _is_told(entry: Entry, place: Place | None) -> bool:
    return (
        place is not None
        and place.availability is Availability.PRESENT
        and place.sha256_hash == entry.sha256_hash
    )


def _entry(place: Place, device: int) -> Entry:
    """As if seen long ago: no file has this change time and inode, so the next scan looks anew."""
    return Entry(
        path=place.path,
        size=place.size,
        mtime_ns=parse_micros(place.modified_time) * 1000,
        ctime_ns=0,
        atime_ns=parse_micros(place.accessed_time) * 1000,
        inode=0,
        device=device,
        links=place.links or 1,
        sha256_hash=place.sha256_hash,
        xxh128_hash=place.xxh128_hash,
        file_id=place.id,
        error_code=place.reason_code,
    )


def _device(path: bytes) -> int | None:
    try:
        return Path(os.fsdecode(path)).stat().st_dev
    except OSError:
        return None
