"""The truth: every folder of a root against the index, and what the index knows beyond."""

import asyncio
import stat as modes
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from apollonia.domain.paths import display, is_inside
from apollonia.errors import FilesUnavailableError
from apollonia.ingest.engine import Engine
from apollonia.ingest.flow.candidate import Origin
from apollonia.ingest.reconcile.asks import Ask, Tally
from apollonia.ingest.reconcile.elsewhere import Elsewhere
from apollonia.ingest.reconcile.reaper import Reaper
from apollonia.ingest.reconcile.survey import Looked, Survey
from apollonia.ingest.reconcile.verification import Verification
from apollonia.ingest.root.guard import (
    Disappearance,
    RootFacts,
    check_same_disk,
    is_suspicious,
    look_at_root,
)
from apollonia.ingest.root.watched_root import WatchedRoot
from apollonia.observe.logs import get_logger

log = get_logger(__name__)

_SAMPLE = 20
_DAY_MICROS = 86_400_000_000


@dataclass(frozen=True, slots=True)
class _Walk:
    """What to walk: the ``top`` folder; ``verification``: every file in it is read again."""

    top: bytes
    is_whole: bool
    verification: Verification | None

    @property
    def origin(self) -> Origin:
        """What its events say."""
        return "scan" if self.verification is None else "verify"


@dataclass(slots=True)
class _Seen:
    """What one walk saw; ``suspects`` are folders whose listing lacked known files."""

    folders: set[bytes] = field(default_factory=set)
    suspects: set[bytes] = field(default_factory=set)
    unreadable: list[bytes] = field(default_factory=list)
    overfull: bool = False


@dataclass(frozen=True, slots=True)
class Scanned:
    """``held``: files disappeared that were not deleted. ``again``: something had to be left."""

    held: Disappearance | None = None
    again: bool = False


class Scan:
    """Scans one root, as often as asked, one scan at a time."""

    def __init__(self, root: WatchedRoot, engine: Engine, survey: Survey, reaper: Reaper) -> None:
        self._root = root
        self._survey = survey
        self._reaper = reaper
        self._elsewhere = Elsewhere(root, engine)
        self._files = engine.ports.files
        self._index = engine.ports.index
        self._clock = engine.ports.clock
        self._metrics = engine.ports.metrics
        self._options = engine.options
        self._flights = engine.pipeline.flights

    async def check(self) -> RootFacts:
        """Raises ``FilesUnavailableError`` when the root is away."""
        path = self._root.path
        loop = asyncio.get_running_loop()
        facts = await loop.run_in_executor(self._root.disk, look_at_root, self._files, path)
        if facts.is_empty and await self._index.count_under(path):
            check_same_disk(path, facts, (await self._index.root(path)).device)
        return facts

    async def run(
        self, *, confirmed: int = 0, folder: bytes | None = None, verify: bool = False
    ) -> Scanned:
        """One scan of the root, or of one ``folder`` in it and what is below.

        ``confirmed``: so many disappeared files a person knows about. ``verify``: every file is
        read again; one whose content is another while its times are the same has silently changed.
        """
        facts = await self.check()
        started, overflows = self._clock.monotonic(), self._root.overflows
        is_whole = folder is None or folder == self._root.path
        top = self._root.path if folder is None else folder
        verification = Verification(self._index, top) if verify else None
        walk = _Walk(top, is_whole, verification)
        if verification is not None:
            await verification.begin()
        if is_whole:
            self._root.progress.begin_scan()
        self._flights.mark_under(top)
        seen, tally = await self._walk(walk)
        await tally.drained()
        if verification is not None:
            await verification.end()
            if is_whole:
                self._root.progress.verified()
        lost = await self._disappeared(walk, seen, facts)
        held = self._must_hold(lost, facts, confirmed)
        if held:
            await self._elsewhere.rest()
            lost = await self._disappeared(walk, seen, facts)
            held = self._must_hold(lost, facts, confirmed)
        if held:
            log.warning("files disappeared", root=self._root.root.name, detail=lost.words)
        if lost.moved or (lost.gone and not held):
            await self._delete(walk, seen, even_away=lost.other_disk, only_moved=held)
        if is_whole:
            if not held:
                await self._finish(facts)
            self._root.heard_all = overflows == self._root.overflows
        log.info(
            "scan finished",
            root=self._root.root.name,
            folder=display(top),
            verified=verify,
            files=self._root.progress.found,
            deleted=0 if held else lost.gone,
            seconds=round(self._clock.monotonic() - started, 3),
        )
        return Scanned(lost if held else None, again=seen.overfull)

    async def refusal(self, folder: bytes) -> str | None:
        """Why there is nothing to scan: no folder of the root is there, and none was."""
        loop, disk = asyncio.get_running_loop(), self._root.disk
        if folder == self._root.path:
            return None  # it may be a link
        look = partial(self._files.stat, folder, top=self._root.path)
        try:
            found = await loop.run_in_executor(disk, look)
        except FilesUnavailableError:
            return None  # the scan will say why
        if found is not None:
            return None if modes.S_ISDIR(found.st_mode) else "it is no folder"
        if await self._index.count_under(folder):
            return None  # what was in it is gone: that is for the scan to find
        return "there is no such folder in the root (links are not followed)"

    async def still_gone(self, paths: Sequence[bytes]) -> int:
        """How many of these known files are neither back nor found elsewhere."""
        gone, away = await self._reaper.judge(paths)
        return len(gone) + len(away) - len(await self._elsewhere.moved(gone))

    def _must_hold(self, lost: Disappearance, facts: RootFacts, confirmed: int) -> bool:
        is_empty = facts.is_empty
        return lost.gone > confirmed and is_suspicious(lost, self._options, root_is_empty=is_empty)

    async def _walk(self, walk: _Walk) -> tuple[_Seen, Tally]:
        seen, tally = _Seen(), Tally(walk.is_whole)
        rest = [Ask(walk.top, whole=True)]
        counted = self._metrics.files_scanned.labels(self._root.root.name)
        while rest:
            looked = await self._survey.look(rest, walk.origin, tally, walk.verification)
            if walk.verification is not None:
                await walk.verification.save()
            self._note(looked, seen)
            counted.inc(looked.files)
            rest = looked.rest
        return seen, tally

    def _note(self, looked: Looked, seen: _Seen) -> None:
        root = self._root.path
        if root in looked.missing or root in looked.unreadable:
            raise FilesUnavailableError(
                f"{display(root)} went away while it was scanned; nothing was deleted."
            )
        seen.folders.update(looked.folders)
        seen.suspects.update(looked.short)
        seen.unreadable.extend(looked.unreadable)
        seen.overfull = seen.overfull or looked.overfull

    async def _suspects(self, walk: _Walk, seen: _Seen) -> list[bytes]:
        """Folders in which known files may be gone: but not below one that we could not read."""
        known = await self._index.folders_under(walk.top)
        suspects = (f for f in known if f in seen.suspects or f not in seen.folders)
        if not seen.unreadable:
            return list(suspects)
        return [f for f in suspects if not any(is_inside(f, u) for u in seen.unreadable)]

    async def _disappeared(self, walk: _Walk, seen: _Seen, facts: RootFacts) -> Disappearance:
        gone, away, device, moved = 0, 0, self._root.device, 0
        other_disk = device is not None and device != facts.device
        sample: list[bytes] = []
        self._reaper.refused = 0
        async for paths in self._reaper.known_in(await self._suspects(walk, seen)):
            lost, unreachable = await self._reaper.judge(paths)
            if other_disk:
                lost, unreachable = lost + unreachable, []
            else:
                found = await self._elsewhere.moved(lost)
                lost = [path for path in lost if path not in found]
                moved += len(found)
            gone += len(lost)
            away += len(unreachable)
            sample.extend(lost[: _SAMPLE - len(sample)])
        self._report_away(away - self._reaper.refused, self._reaper.refused)
        known = await self._index.count_under(self._root.path) if gone else 0
        before = self._root.gone_since_scan
        return Disappearance(gone, known, tuple(sample), before, other_disk, moved)

    def _report_away(self, unmounted: int, refused: int) -> None:
        words = []
        if unmounted > 0:
            words.append(f"{unmounted} files are out of reach (a disk that is not mounted?);")
        if refused:
            words.append(f"{refused} files may not be looked at (change their folder's rights);")
        sentence = " ".join([*words, "nothing was deleted."]) if words else None
        self._root.progress.trouble("disk", sentence)

    async def _delete(self, walk: _Walk, seen: _Seen, *, even_away: bool, only_moved: bool) -> None:
        tally = Tally()
        async for known in self._reaper.known_in(await self._suspects(walk, seen)):
            paths = known
            if only_moved:
                gone, _away = await self._reaper.judge(known)
                paths = list(await self._elsewhere.moved(gone))
            await self._reaper.reap(paths, "scan", tally, even_away=even_away)
        await tally.drained()

    async def _finish(self, facts: RootFacts) -> None:
        now = self._clock.now_micros()
        await self._index.save_scan(self._root.path, facts.device, now)
        await self._index.prune(now - self._options.tombstone_days * _DAY_MICROS)
        self._root.device = facts.device
        self._root.known_at_scan = await self._index.count_under(self._root.path)
        self._root.gone_since_scan = 0
        self._root.progress.last_scan_micros = now
