"""Looking where the hints point, while a root is watched: names, subtrees, unwatched folders."""

import random
from collections.abc import AsyncIterator, Sequence

from apollonia.domain.paths import is_inside
from apollonia.ingest.asks import Ask
from apollonia.ingest.engine import Engine
from apollonia.ingest.look import join
from apollonia.ingest.reaper import Reaper
from apollonia.ingest.survey import Survey
from apollonia.ingest.triggers import Triggers
from apollonia.ingest.watched_root import WatchedRoot

_ASKS_AT_ONCE = 64
_REFUSED_S = 60.0
_POLL_SHARE = 20.0  # polling takes a twentieth of one core at most


class Following:
    """Four endless tasks of one watched root."""

    def __init__(
        self,
        root: WatchedRoot,
        engine: Engine,
        survey: Survey,
        reaper: Reaper,
        triggers: Triggers,
    ) -> None:
        self._root = root
        self._engine = engine
        self._survey = survey
        self._reaper = reaper
        self._triggers = triggers
        self._clock = engine.ports.clock
        self._options = engine.options
        self._watches = engine.ports.metrics.watches.labels(root.root.name)

    async def names(self) -> None:
        """Look at single names, many folders at a time."""
        hints = self._root.hints
        while True:
            asks = await hints.take(_ASKS_AT_ONCE)
            self._put_off_moves(asks)
            started = self._clock.monotonic()
            folders = [ask.folder for ask in asks]
            while asks:
                looked = await self._survey.look(asks, "watch")
                await self._reaper.reap(looked.gone, "watch")
                asks = looked.rest
            hints.looked(folders, self._clock.monotonic() - started)

    def _put_off_moves(self, asks: Sequence[Ask]) -> None:
        """A file that is being read under its first name is cataloged there before it moves."""
        flights, wait = self._engine.pipeline.flights, self._options.move_wait_s
        for ask in asks:
            for name, named in list(ask.names.items()):
                if named.moved_from is not None and flights.is_in_hand(named.moved_from):
                    del ask.names[name]
                    path = join(ask.folder, name)
                    flights.expect_move(named.moved_from)
                    self._root.hints.name(
                        path, named.ready, delay=wait, moved_from=named.moved_from
                    )

    async def trees(self) -> None:
        """Look at folders that were made, moved or deleted, with all that is below them."""
        while True:
            asks = await self._root.trees.take(_ASKS_AT_ONCE)
            await self._walk(asks, trusted=True)
            for ask in asks:
                if ask.moved_from is not None:
                    self._engine.left(ask.moved_from)
            self._report_watches()

    async def refused(self) -> None:
        """Look again at what we were not permitted to read."""
        while True:
            await self._clock.sleep(_REFUSED_S)
            for path in list(self._root.refused):
                self._root.hints.name(path)
            for folder in list(self._root.closed):
                self._root.trees.add(folder)

    async def unwatched(self) -> None:
        """Poll the folders that cannot be watched, and try to watch them again."""
        self._report_watches()
        while True:
            started = self._clock.monotonic()
            await self._walk([Ask(folder, whole=True) for folder in self._polled()], trusted=False)
            self._report_watches()
            took = self._clock.monotonic() - started
            jitter = random.uniform(0.9, 1.1)  # noqa: S311 - jitter, no secret
            await self._clock.sleep(max(self._options.poll_s, took * _POLL_SHARE) * jitter)

    def _polled(self) -> list[bytes]:
        """The topmost folders that are not watched."""
        if self._root.watcher is None:
            return [self._root.path]
        tops: list[bytes] = []
        for folder in sorted(self._root.unwatched):
            if not tops or not is_inside(folder, tops[-1]):
                tops.append(folder)
        return tops

    async def _walk(self, asks: Sequence[Ask], *, trusted: bool) -> None:
        """Folders and all below them. What is gone is believed when it was seen to go."""
        rest, visited, unreadable = list(asks), set[bytes](), list[bytes]()
        gone: list[bytes] = []
        while rest:
            looked = await self._survey.look(rest, "watch")
            rest = looked.rest
            visited.update(looked.folders)
            unreadable.extend(looked.unreadable)
            gone.extend(looked.gone)
            for folder in looked.missing:
                self._unwatch(folder)
            if looked.overfull:
                self._triggers.ask("too many files are being written at once")
        async for paths in self._not_visited(asks, visited, unreadable):
            gone.extend(paths)
            if trusted:
                await self._reaper.reap(gone, "watch")
                gone.clear()
        if trusted or len(gone) <= self._options.guard_files:
            await self._reaper.reap(gone, "watch")
        else:
            self._triggers.ask("many files disappeared from folders that are not watched")

    async def _not_visited(
        self, asks: Sequence[Ask], visited: set[bytes], unreadable: Sequence[bytes]
    ) -> AsyncIterator[list[bytes]]:
        """Known files in folders below that the walk has not met, some at a time."""
        for ask in asks:
            known = await self._engine.ports.index.folders_under(ask.folder)
            left = [folder for folder in known if folder not in visited]
            async for paths in self._reaper.known_in(left):
                yield [path for path in paths if not _is_below(path, unreadable)]

    def _unwatch(self, folder: bytes) -> None:
        """It is gone, with all that was below it."""
        if self._root.watcher is not None:
            self._root.watcher.remove_under(folder)
        for below in [path for path in self._root.unwatched if is_inside(path, folder)]:
            del self._root.unwatched[below]

    def _report_watches(self) -> None:
        root = self._root
        self._watches.set(0 if root.watcher is None else root.watcher.count)
        number = len(root.unwatched)
        words = None
        if root.watcher is not None and number:
            reason = next(iter(root.unwatched.values()))
            every = f"{self._options.poll_s:g} s"
            words = f"{number} folders are not watched but polled every {every}: {reason}."
        if root.watcher is not None:
            root.progress.trouble("watch", words)


def _is_below(path: bytes, folders: Sequence[bytes]) -> bool:
    return any(is_inside(path, folder) for folder in folders)
