"""Known files that were not seen: gone, or out of reach?"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import batched

from apollonia.ingest.engine import Engine
from apollonia.ingest.flow.candidate import Origin
from apollonia.ingest.reconcile.asks import Tally
from apollonia.ingest.reconcile.look import join
from apollonia.ingest.reconcile.lost import Verdicts
from apollonia.ingest.root.guard import is_too_many
from apollonia.ingest.root.watched_root import WatchedRoot
from apollonia.ports.index import Entry

_FOLDERS = 64
_FILES = 2000


class Reaper:
    """Turns absent files of one root into deletions, after looking once more at each.

    ``refused`` counts files that we may not look at, until somebody sets it back.
    """

    def __init__(self, root: WatchedRoot, engine: Engine, ask_scan: Callable[[str], None]) -> None:
        self._root = root
        self._files = engine.ports.files
        self._index = engine.ports.index
        self._pipeline = engine.pipeline
        self._options = engine.options
        self._ask_scan = ask_scan
        self.refused = 0
        self._counting = asyncio.Lock()
        self._counted: set[bytes] = set()

    async def reap(
        self,
        paths: Sequence[bytes],
        origin: Origin,
        tally: Tally | None = None,
        *,
        even_away: bool = False,
    ) -> None:
        """Those of these paths that are gone; ``even_away``: a person says those are gone too.

        When too many go while the root is watched, a scan is to find that out, and ask.
        """
        for some in batched(paths, _FILES):
            gone, away = await self.judge(some)
            if even_away:
                gone += away
            if origin == "watch":
                gone = await self._believed(gone)
            await self._pipeline.offer_lost(self._root, gone, origin, tally)

    async def _believed(self, gone: Sequence[bytes]) -> list[bytes]:
        """A file may be found gone by its own event and by its folder's: it counts once."""
        root = self._root
        moved = {path for path in gone if self._pipeline.flights.is_claimed(path)}
        async with self._counting:
            if not root.gone_since_scan:
                self._counted.clear()
            new = {path for path in gone if path not in moved and path not in self._counted}
            total = root.gone_since_scan + len(new)
            if new and await self._is_too_many(total):
                self._ask_scan("many files disappeared while they were watched")
                return [path for path in gone if path not in new]
            root.gone_since_scan = total
            self._counted |= new
            return list(gone)

    async def _is_too_many(self, gone: int) -> bool:
        root = self._root
        if not is_too_many(gone, root.known_at_scan, self._options):
            return False
        live = await self._index.count_under(root.path)  # more may have come since the scan
        return is_too_many(gone, live + root.gone_since_scan, self._options)

    async def known_in(self, folders: Sequence[bytes]) -> AsyncIterator[list[bytes]]:
        """The paths of all known files directly in these folders, some folders at a time."""
        for some in batched(folders, _FOLDERS):
            prints = await self._index.fingerprints(some)
            yield [join(folder, name) for folder in some for name in prints[folder]]

    async def judge(self, paths: Sequence[bytes]) -> tuple[list[bytes], list[bytes]]:
        """Those that are gone, and those that are out of reach; the others are there.

        What a rule leaves alone goes at once, whatever its number: that is no disappearance.
        """
        await self._root.gate.passed()
        entries = [entry for entry in (await self._index.entries(paths)).values() if entry.is_live]
        if not entries:
            return [], []
        loop = asyncio.get_running_loop()
        gone, away, ignored = await loop.run_in_executor(self._root.disk, self._verdicts, entries)
        if ignored:
            await self._let_go(ignored)
        return gone, away

    async def _let_go(self, ignored: Sequence[bytes]) -> None:
        """A rule that was taken back meanwhile is heard of before this is written: look again."""
        tally = Tally()
        await self._pipeline.offer_lost(self._root, ignored, "ignored", tally)
        await tally.drained()
        loop = asyncio.get_running_loop()
        for path in await loop.run_in_executor(self._root.disk, self._not_ignored, ignored):
            self._root.hints.name(path)

    def _not_ignored(self, paths: Sequence[bytes]) -> list[bytes]:
        look = self._root.ignore_files.look()
        return [path for path in paths if not look.ignores(path)]

    def _verdicts(self, entries: Sequence[Entry]) -> tuple[list[bytes], list[bytes], list[bytes]]:
        root = self._root
        look = root.ignore_files.look()
        verdicts = Verdicts(self._files, root.path, root.device, look)
        try:
            gone, away = verdicts.gone(entries)
        finally:
            self.refused += verdicts.refused
        if root.watcher is not None:
            for folder in filter(None, {look.barred(path) for path in verdicts.ignored}):
                root.watcher.remove_under(folder)
        return gone, away, verdicts.ignored
