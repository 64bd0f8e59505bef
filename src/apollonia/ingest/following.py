"""Looking where the hints point, while a root is watched: names, subtrees, unwatched folders."""

import random
from collections.abc import Sequence

from apollonia.domain.paths import is_inside
from apollonia.ingest.asks import Ask
from apollonia.ingest.engine import Engine
from apollonia.ingest.reaper import Reaper
from apollonia.ingest.survey import Survey
from apollonia.ingest.triggers import Triggers
from apollonia.ingest.watched_root import WatchedRoot

_ASKS_AT_ONCE = 64
_POLL_SHARE = 20.0  # polling takes a twentieth of one core at most


class Following:
    """Three endless tasks of one watched root."""

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
            started = self._clock.monotonic()
            folders = [ask.folder for ask in asks]
            while asks:
                looked = await self._survey.look(asks, "watch")
                await self._reaper.reap(looked.gone, "watch")
                asks = looked.rest
            hints.looked(folders, self._clock.monotonic() - started)

    async def trees(self) -> None:
        """Look at folders that were made, moved or deleted, with all that is below them."""
        while True:
            asks = await self._root.trees.take(_ASKS_AT_ONCE)
            await self._walk(asks, trusted=True)
            for ask in asks:
                if ask.moved_from is not None:
                    self._engine.left(ask.moved_from)
            self._report_watches()

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
        rest, gone = list(asks), 0
        while rest:
            looked = await self._survey.look(rest, "watch")
            rest = looked.rest
            for folder in looked.missing:
                await self._folder_gone(folder)
            gone += len(looked.gone)
            if trusted or gone <= self._options.guard_files:
                await self._reaper.reap(looked.gone, "watch")
            if looked.overfull:
                self._triggers.ask("too many files are being written at once")
        if not trusted and gone > self._options.guard_files:
            self._triggers.ask("many files disappeared from folders that are not watched")

    async def _folder_gone(self, folder: bytes) -> None:
        if folder == self._root.path:
            return  # the root's own check tells what that means
        if self._root.watcher is not None:
            self._root.watcher.remove_under(folder)
        for below in [path for path in self._root.unwatched if is_inside(path, folder)]:
            del self._root.unwatched[below]
        await self._reaper.reap_tree(folder)

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
