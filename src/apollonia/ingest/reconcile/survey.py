"""One look: list folders, compare them with the index, hand on what is not as it was.

Watching and scanning come through here; nothing else finds files.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from apollonia.domain.neighbours import FolderNeighbours
from apollonia.domain.paths import display, folder_of, name_of
from apollonia.ingest.engine import Engine
from apollonia.ingest.flow.candidate import Candidate, Origin
from apollonia.ingest.reconcile.asks import Ask, Tally
from apollonia.ingest.reconcile.look import Changed, Compared, Listed, compare, join, list_asks
from apollonia.ingest.reconcile.sources import Clues, free_paths, gather_clues, source_of
from apollonia.ingest.reconcile.verification import Verification
from apollonia.ingest.root.watched_root import WatchedRoot
from apollonia.ingest.selection.rules import Rules
from apollonia.ports.file_system import Listing
from apollonia.ports.index import Fingerprint

type _Known = dict[bytes, dict[bytes, Fingerprint]]


@dataclass(slots=True)
class Looked:
    """What one look found, beyond what it handed on.

    ``gone``: known files that the listing did not show, ``short``: the folders they were in;
    ``rest``: asks still to be looked at, with the folders below; ``unreadable``: folders that are
    there but cannot be read; ``overfull``: more files are unsettled than can be waited for;
    ``listing_s``: seconds that reading the folders took.
    """

    rest: list[Ask] = field(default_factory=list)
    files: int = 0
    folders: list[bytes] = field(default_factory=list)
    short: list[bytes] = field(default_factory=list)
    missing: list[bytes] = field(default_factory=list)
    unreadable: list[bytes] = field(default_factory=list)
    gone: list[bytes] = field(default_factory=list)
    overfull: bool = False
    listing_s: float = 0.0


class Survey:
    """Looks at folders of one root."""

    def __init__(self, root: WatchedRoot, engine: Engine) -> None:
        self._root = root
        self._files = engine.ports.files
        self._index = engine.ports.index
        self._clock = engine.ports.clock
        self._pipeline = engine.pipeline
        self._settle = engine.settle
        self._options = engine.options
        self._recheck = engine.recheck
        self._top_of = engine.top_of

    async def look(
        self,
        asks: Sequence[Ask],
        origin: Origin,
        tally: Tally | None = None,
        verification: Verification | None = None,
    ) -> Looked:
        """Look at as many of the asks as make a chunk; waits while the pipeline is full.

        ``verification``: hand on everything that it is not through with.
        """
        self._root.looking += 1
        try:
            return await self._look(asks, origin, tally, verification)
        finally:
            self._root.looking -= 1

    async def _look(
        self,
        asks: Sequence[Ask],
        origin: Origin,
        tally: Tally | None,
        verification: Verification | None,
    ) -> Looked:
        await self._root.gate.passed()
        limit = self._options.chunk_entries
        listed, rest, seconds = await self._off_loop(lambda: self._list(asks, limit))
        looked = Looked(rest=list(rest), listing_s=seconds)
        below = [ask for one in listed for ask in self._note(one, looked)]
        looked.rest[:0] = below  # depth first: few folders wait at a time
        self._mark_absent(listed)
        self._mark_doubted(listed)
        known = await self._known(listed)
        compared = await self._off_loop(lambda: self._compare(listed, known, verification))
        changed = self._count(compared, looked, tally)
        if changed:
            candidates = await self._candidates(changed, origin, tally)
            if verification is not None and tally is not None:
                _count_by_folder(candidates, verification, tally)
            urgent = not any(one.ask.whole for one in listed)
            await self._pipeline.offer(candidates, urgent=urgent)
        self._recheck_sources(listed, changed)
        return looked

    def _list(self, asks: Sequence[Ask], limit: int) -> tuple[list[Listed], Sequence[Ask], float]:
        began = self._clock.monotonic()
        listed, rest = list_asks(self._files, self._root, asks, limit)
        return listed, rest, self._clock.monotonic() - began

    async def _off_loop[T](self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._root.disk, work)

    def _mark_absent(self, listed: Sequence[Listed]) -> None:
        """What is in hand but not there any more is looked at once more when it has landed.

        Before the index is asked: what lands in between is known there.
        """
        flights = self._pipeline.flights
        for one in listed:
            if one.listing is None:
                flights.mark_under(one.ask.folder)
                continue
            flights.mark_at(one.ignored)
            for name in one.ask.names:
                if name not in one.listing.stats:
                    flights.is_busy(join(one.ask.folder, name))

    def _mark_doubted(self, listed: Sequence[Listed]) -> None:
        for ask in (one.ask for one in listed):
            for name, named in ask.names.items():
                named.reread = self._pipeline.flights.is_doubted(join(ask.folder, name))

    async def _known(self, listed: Sequence[Listed]) -> _Known:
        """Of whole folders everything, of others only the names asked for."""
        whole = [one.ask.folder for one in listed if one.ask.whole]
        known = dict(await self._index.fingerprints(whole)) if whole else {}
        named = [one.ask for one in listed if not one.ask.whole]
        paths = [join(ask.folder, name) for ask in named for name in ask.names]
        entries = await self._index.entries(paths) if paths else {}
        result: _Known = {folder: dict(prints) for folder, prints in known.items()}
        for ask in named:
            found = (entries.get(join(ask.folder, name)) for name in ask.names)
            result[ask.folder] = {
                name_of(entry.path): entry.fingerprint
                for entry in found
                if entry is not None and entry.is_live
            }
        return result

    def _compare(
        self, listed: Sequence[Listed], known: _Known, verification: Verification | None
    ) -> list[Compared]:
        settled_before_ns = self._clock.now_micros() * 1000 - round(self._options.settle_s * 1e9)
        rules, compared = self._root.rules, []
        for one in listed:
            folder = one.ask.folder
            reread = verification is not None and not verification.is_through(folder)
            compared.append(compare(one, known[folder], rules, settled_before_ns, reread=reread))
        return compared

    def _note(self, one: Listed, looked: Looked) -> list[Ask]:
        """Note what is told of a folder; the folders below it."""
        root, ask = self._root, one.ask
        for path, reason in one.skipped.items():
            root.progress.skip(path, reason)
        if one.listing is None:
            if one.unreadable is None:
                looked.missing.append(ask.folder)
                root.closed.discard(ask.folder)
                root.unwatched.pop(ask.folder, None)
            else:
                looked.unreadable.append(ask.folder)
                root.closed.add(ask.folder)
                reason = one.unreadable.removeprefix(f"{display(ask.folder)}: ")
                root.progress.skip(ask.folder, f"folder not read: {reason}")
                root.progress.fail(f"folder not read: {reason}", ask.folder)
            return []
        root.closed.discard(ask.folder)
        looked.folders.append(ask.folder)
        if not ask.whole:
            return []
        if one.unwatched is None:
            root.unwatched.pop(ask.folder, None)
        else:
            root.unwatched[ask.folder] = one.unwatched
        return list(_below(one, one.listing, root.rules))

    def _count(
        self, compared: Sequence[Compared], looked: Looked, tally: Tally | None
    ) -> list[Changed]:
        """Numbers for the progress, waits for what is unsettled; what is left to hand on."""
        progress = self._root.progress
        for one in compared:
            looked.files += one.files
            if one.gone:
                looked.gone.extend(one.gone)
                looked.short.append(folder_of(one.gone[0]))
            if tally is not None and tally.is_whole:
                progress.found += one.unchanged
                progress.done += one.unchanged
            for path in one.unsettled:
                if not self._settle.arm(self._root, path):
                    looked.overfull = True
        waits = self._settle.is_open
        return [changed for one in compared for changed in one.changed if not waits(changed.path)]

    async def _candidates(
        self, changed: Sequence[Changed], origin: Origin, tally: Tally | None
    ) -> list[Candidate]:
        clues = await gather_clues(self._index, changed)
        return await self._off_loop(lambda: self._build(changed, clues, origin, tally))

    def _build(
        self, changed: Sequence[Changed], clues: Clues, origin: Origin, tally: Tally | None
    ) -> list[Candidate]:
        free = free_paths(self._files, clues, changed, self._top_of)
        folders = {id(one.listed): one.listed for one in changed}
        neighbours = {key: _neighbours(listed, self._root.rules) for key, listed in folders.items()}
        candidates = []
        rules = self._root.rules
        for one in changed:
            source = source_of(one, clues, free, heard_all=self._root.heard_all)
            refused = rules.refuses(one.stat.st_size) if rules.has_sizes else None
            candidates.append(
                Candidate(
                    root=self._root,
                    path=one.path,
                    stat=one.stat,
                    neighbours=neighbours[id(one.listed)],
                    origin=origin,
                    ready=one.named.ready,
                    moved_from=source.moved_from,
                    guessed=source.guessed,
                    same_as=None if refused else source.same_as,
                    refused=refused,
                    tally=tally,
                )
            )
        return candidates

    def _recheck_sources(self, listed: Sequence[Listed], changed: Sequence[Changed]) -> None:
        """What moved on before we looked: its first path still has to be looked at."""
        handed_on = {one.path for one in changed}
        for ask in (one.ask for one in listed if not one.ask.whole):
            for name, named in ask.names.items():
                if named.moved_from is not None and join(ask.folder, name) not in handed_on:
                    self._pipeline.flights.moved(named.moved_from)
                    self._recheck(named.moved_from)


def _count_by_folder(
    candidates: Sequence[Candidate], verification: Verification, tally: Tally
) -> None:
    tallies = verification.tallies((folder_of(one.path) for one in candidates), tally)
    for one in candidates:
        one.tally = tallies[folder_of(one.path)]


def _below(one: Listed, listing: Listing, rules: Rules) -> Iterator[Ask]:
    ask, inside = one.ask, one.rules
    for name in listing.folders:
        path = join(ask.folder, name)
        if not rules.skips_folder(path, name):
            moved_from = None if ask.moved_from is None else join(ask.moved_from, name)
            entered = None if inside is None else inside.enter(path)
            yield Ask(path, whole=True, moved_from=moved_from, rules=entered)


def _neighbours(listed: Listed, rules: Rules) -> FolderNeighbours:
    names = listed.listing.names if listed.listing is not None else ()
    return FolderNeighbours.of(name for name in names if not rules.skips_file(name))
