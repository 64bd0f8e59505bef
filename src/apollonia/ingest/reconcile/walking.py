"""Looking at whole subtrees of a watched root, and at what is missing there."""

from collections.abc import AsyncIterator, Sequence

from apollonia.domain.kinds import RootState
from apollonia.domain.paths import is_inside
from apollonia.ingest.engine import Engine
from apollonia.ingest.reconcile.asks import Ask
from apollonia.ingest.reconcile.reaper import Reaper
from apollonia.ingest.reconcile.survey import Survey
from apollonia.ingest.root.triggers import Triggers
from apollonia.ingest.root.watched_root import WatchedRoot


class Walking:
    """Walks for those who follow and those who poll one root, by ``survey``, ``reaper``."""

    def __init__(
        self,
        root: WatchedRoot,
        engine: Engine,
        survey: Survey,
        reaper: Reaper,
        triggers: Triggers,
    ) -> None:
        self._root = root
        self._index = engine.ports.index
        self._options = engine.options
        self.survey = survey
        self.reaper = reaper
        self._triggers = triggers

    async def walk(self, asks: Sequence[Ask], *, trusted: bool) -> int:
        """Folders and all below them; how many there were.

        What is gone is believed when it was seen to go (``trusted``). What a poll misses is
        believed while it is little; more is for a scan to find out, which asks.
        """
        rest, visited, unreadable = list(asks), set[bytes](), list[bytes]()
        gone: list[bytes] = []
        while rest:
            looked = await self.survey.look(rest, "watch")
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
                await self.reaper.reap(gone, "watch")
                gone.clear()
        await self._reap(gone, trusted=trusted)
        return len(visited)

    async def _reap(self, gone: Sequence[bytes], *, trusted: bool) -> None:
        if not trusted and self._root.progress.state is RootState.UNAVAILABLE:
            return  # a person has been asked
        if trusted or len(gone) <= self._options.guard_files:
            await self.reaper.reap(gone, "watch")
        else:
            self._triggers.ask("many files disappeared from folders that are not watched")

    async def _not_visited(
        self, asks: Sequence[Ask], visited: set[bytes], unreadable: Sequence[bytes]
    ) -> AsyncIterator[list[bytes]]:
        """Known files in folders below that the walk has not met, some at a time."""
        for ask in asks:
            known = await self._index.folders_under(ask.folder)
            left = [folder for folder in known if folder not in visited]
            async for paths in self.reaper.known_in(left):
                yield [path for path in paths if not _is_below(path, unreadable)]

    def _unwatch(self, folder: bytes) -> None:
        """It is gone, with all that was below it."""
        if self._root.watcher is not None:
            self._root.watcher.remove_under(folder)
        for below in [path for path in self._root.unwatched if is_inside(path, folder)]:
            del self._root.unwatched[below]


def _is_below(path: bytes, folders: Sequence[bytes]) -> bool:
    return any(is_inside(path, folder) for folder in folders)
