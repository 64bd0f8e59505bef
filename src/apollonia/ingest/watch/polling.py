"""Looking, again and again, at what no watch tells of."""

import asyncio
import random
from collections.abc import Iterable, Mapping

from apollonia.domain.kinds import RootState
from apollonia.domain.paths import display, folder_of, name_of
from apollonia.ingest.engine import Engine
from apollonia.ingest.reconcile.asks import Ask
from apollonia.ingest.reconcile.places import Places, find_places, topmost
from apollonia.ingest.reconcile.walking import Walking
from apollonia.ingest.root.triggers import Triggers
from apollonia.ingest.root.watched_root import WatchedRoot
from apollonia.observe.logs import get_logger
from apollonia.ports.file_system import Storage

log = get_logger(__name__)

_SHARE = 20.0  # polling takes a twentieth of the time at most


class Polling:
    """What is polled by choice (network, FUSE), what has to be, and what is mounted where."""

    def __init__(
        self, root: WatchedRoot, engine: Engine, walking: Walking, triggers: Triggers
    ) -> None:
        self._root = root
        self._files = engine.ports.files
        self._clock = engine.ports.clock
        self._options = engine.options
        self._walking = walking
        self._triggers = triggers
        metrics, name = engine.ports.metrics, root.root.name
        self._watched = metrics.watches.labels(name)
        self._polled = metrics.polled.labels(name)
        self._remote_folders = 0

    async def run(self) -> None:
        """Until cancelled."""
        self.report()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._remote())
            tasks.create_task(self._unwatched())
            tasks.create_task(self._mounts())

    async def _remote(self) -> None:
        """Poll what is polled by choice."""
        took = 0.0
        while True:
            await self._rest(self._remote_s, took)
            tops = self._root.places.polled()
            self._remote_folders, took = await self._round(tops, self._remote_folders)
            self.report()

    async def _unwatched(self) -> None:
        """Poll the folders that cannot be watched, and by that try to watch them again."""
        took = 0.0
        while True:
            await self._rest(self._unwatched_s, took)
            root = self._root
            tops = [root.path] if self._must_poll_all() else topmost(sorted(root.unwatched))
            _, took = await self._round(tops, 0)
            self.report()

    async def _round(self, tops: Iterable[bytes], folders: int) -> tuple[int, float]:
        """How many folders there were (``folders``: nobody looked), and how long it took, in s."""
        await self._root.gate.passed()
        asks = [Ask(folder, whole=True) for folder in tops]
        started = self._clock.monotonic()
        if self._root.progress.state is not RootState.SCANNING:  # which sees it all as well
            folders = await self._walking.walk(asks, trusted=False) if asks else 0
        return folders, self._clock.monotonic() - started

    async def _rest(self, every: float, took: float) -> None:
        jitter = random.uniform(0.9, 1.1)  # noqa: S311 - jitter, no secret
        await self._clock.sleep(max(every, took * _SHARE) * jitter)

    @property
    def _remote_s(self) -> float:
        own = self._root.root.choices.poll_s
        return self._options.network_poll_s if own is None else own

    @property
    def _unwatched_s(self) -> float:
        own = self._root.root.choices.poll_s
        return self._options.poll_s if own is None else own

    def _must_poll_all(self) -> bool:
        root = self._root
        return root.watcher is None and root.path not in root.places.polled()

    async def _mounts(self) -> None:
        """See within seconds that something is mounted or unmounted in the root."""
        mark = None
        while True:
            await self._clock.sleep(self._options.root_poll_s)
            known, mark = mark, self._files.mounts_mark()
            before = self._root.places
            if known == mark and not before.doubted and not before.went:
                continue
            places = await asyncio.get_running_loop().run_in_executor(
                self._root.disk, find_places, self._files, before.root, before.watch
            )
            before = self._root.places  # what was told meanwhile counts
            if places != before:
                self._root.places = places
                self._mounted(before, places)

    def _mounted(self, before: Places, places: Places) -> None:
        """Watches on what is hidden now, or gone, tell nothing: a scan sets them anew."""
        points = before.went | _changed(before.below, places.below)
        if before.doubted:
            points |= set(places.below)
        if before.storage != places.storage:
            points |= {places.root}
        changed = [point for point in sorted(points) if self._is_looked_at(point)]
        for point in changed:
            log.info("mounts changed", folder=display(point))
            if self._root.watcher is not None:
                self._root.watcher.remove_under(point)
        if changed:
            self._triggers.ask("a disk was mounted or unmounted")
        self.report()

    def _is_looked_at(self, point: bytes) -> bool:
        root, rules = self._root.path, self._root.rules
        while len(point) > len(root):
            if rules.skips_folder(point, name_of(point)):
                return False
            point = folder_of(point)
        return True

    def report(self) -> None:
        """Into metrics and status."""
        root = self._root
        tops, unwatched = root.places.polled(), len(root.unwatched)
        watched = 0 if root.watcher is None else root.watcher.count
        self._watched.set(watched)
        self._polled.set(unwatched + max(self._remote_folders, len(tops)))
        progress = root.progress
        progress.storage = root.places.storage.kind.value
        if root.path in tops:
            progress.polled_s = self._remote_s
        else:
            progress.polled_s = self._unwatched_s if root.watcher is None else None
        if root.watcher is not None:
            progress.trouble("watch", self._words(unwatched) if unwatched else None)
        elif root.path in tops:
            progress.trouble("watch", None)
        progress.trouble("rights", self._refusal())

    def _refusal(self) -> str | None:
        closed = self._root.closed
        if not closed:
            return None
        some = display(next(iter(closed)))
        return f"{len(closed)} folders may not be read ({some}); change their rights."

    def _words(self, number: int) -> str:
        reason = next(iter(self._root.unwatched.values()))
        every = f"{self._unwatched_s:g} s"
        return f"{number} folders are not watched but polled every {every}: {reason}."


def _changed(before: Mapping[bytes, Storage], now: Mapping[bytes, Storage]) -> frozenset[bytes]:
    return frozenset(point for point in {*before, *now} if before.get(point) != now.get(point))
