"""Where a new file came from, when only its content tells: moved while nobody watched.

Moved from another disk it has another inode. A known file with the same content whose path is free
now is where it came from; where both are there, it is a copy, with an id of its own.
"""

import asyncio
from collections.abc import Callable, Sequence

from apollonia.domain.paths import name_of
from apollonia.errors import Unavailable
from apollonia.ingest.flow.candidate import Candidate, Read
from apollonia.ingest.flow.flights import Flights
from apollonia.ingest.reconcile.lost import Verdicts
from apollonia.ingest.root.watched_root import WatchedRoot
from apollonia.observe.logs import get_logger
from apollonia.ports.file_system import FileSystem
from apollonia.ports.index import Entry, Index

log = get_logger(__name__)

_EACH = 16  # of a content that lies in more places than this, not all are looked at
_LOOK_S = 20.0  # its thread may be busy with a scan; without an answer ids are lost


class ByContent:
    """Finds sources for files that were just read; ``holding`` tells the roots of a path."""

    def __init__(
        self,
        *,
        files: FileSystem,
        index: Index,
        flights: Flights,
        holding: Callable[[bytes], Sequence[WatchedRoot]],
    ) -> None:
        self._files = files
        self._index = index
        self._flights = flights
        self._holding = holding

    async def find(self, reads: Sequence[Read]) -> list[bytes]:
        """Note in the candidates where they came from, and claim those paths.

        Paths that were claimed by a guess that proved wrong: they have to be looked at.
        """
        wrong: list[bytes] = []
        try:
            wrong = await self._drop_wrong(reads)
            wanted = _by_hash(reads)
            known = await self._index.entries_by_content(list(wanted), _EACH) if wanted else ()
        except Unavailable:
            return wrong  # the commit will wait for it; a move is then told as a new file
        places = {read.candidate.path for read in reads}
        for entry in await self._free([e for e in known if e.path not in places]):
            candidates = wanted[entry.sha256_hash or ""]
            if candidates and not self._flights.is_claimed(entry.path):
                candidate = _best(candidates, entry)
                candidates.remove(candidate)
                candidate.moved_from, candidate.guessed = entry.path, True
                self._flights.claim(entry.path)
        return wrong

    async def _drop_wrong(self, reads: Sequence[Read]) -> list[bytes]:
        """A used inode is given to another file at once: it may have come from somewhere else."""
        guesses = {
            read.candidate.moved_from: read
            for read in reads
            if read.candidate.guessed and read.candidate.moved_from is not None
        }
        known = await self._index.entries(list(guesses)) if guesses else {}
        wrong: list[bytes] = []
        for path, read in guesses.items():
            source, sha256 = known.get(path), read.inspection.sha256_hash
            if sha256 is not None and (source is None or source.sha256_hash != sha256):
                self._flights.unclaim(path)
                read.candidate.moved_from, read.candidate.guessed = None, False
                wrong.append(path)
        return wrong

    async def _free(self, entries: Sequence[Entry]) -> list[Entry]:
        """Those whose paths are free: first files that should be there, then the last to go."""
        by_root: dict[int, tuple[WatchedRoot, list[Entry]]] = {}
        for entry in entries:
            for root in self._holding(entry.path):
                if root.owned:
                    by_root.setdefault(id(root), (root, []))[1].append(entry)
        free: list[Entry] = []
        for root, some in by_root.values():
            free += await _gone(self._files, root, some)
        return sorted(free, key=lambda entry: (not entry.is_live, -(entry.gone_micros or 0)))


def _by_hash(reads: Sequence[Read]) -> dict[str, list[Candidate]]:
    wanted: dict[str, list[Candidate]] = {}
    for read in reads:
        candidate, sha256 = read.candidate, read.inspection.sha256_hash
        if sha256 is None or candidate.moved_from is not None or not candidate.needs_hash:
            continue
        if candidate.stat.st_size:  # all empty files are the same
            wanted.setdefault(sha256, []).append(candidate)
    return wanted


def _best(candidates: Sequence[Candidate], entry: Entry) -> Candidate:
    """The one with the same name, where there are several with one content."""
    name = name_of(entry.path)
    return next((one for one in candidates if name_of(one.path) == name), candidates[0])


async def _gone(files: FileSystem, root: WatchedRoot, entries: Sequence[Entry]) -> list[Entry]:
    """Not there, and not out of reach with an unmounted disk either."""

    def look() -> set[bytes]:
        gone, _away = Verdicts(files, root.path, root.device).gone(entries)
        return set(gone)

    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_LOOK_S):
            gone = await loop.run_in_executor(root.disk, look)
    except TimeoutError:
        log.warning("disk does not answer: moves are not recognised", root=root.root.name)
        return []
    return [entry for entry in entries if entry.path in gone]
