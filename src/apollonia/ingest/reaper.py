"""Known files that were not seen: gone, or out of reach?"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import batched

from apollonia.ingest.asks import Tally
from apollonia.ingest.candidate import Origin
from apollonia.ingest.engine import Engine
from apollonia.ingest.look import join
from apollonia.ingest.lost import Verdicts
from apollonia.ingest.watched_root import WatchedRoot
from apollonia.ports.index import Entry

_FOLDERS = 64
_FILES = 2000


class Reaper:
    """Turns absent files of one root into deletions, after looking once more at each."""

    def __init__(self, root: WatchedRoot, engine: Engine) -> None:
        self._root = root
        self._files = engine.ports.files
        self._index = engine.ports.index
        self._pipeline = engine.pipeline

    async def reap(
        self, paths: Sequence[bytes], origin: Origin, tally: Tally | None = None
    ) -> None:
        """Those of these paths that are gone."""
        for some in batched(paths, _FILES):
            gone, _ = await self.judge(some)
            await self._pipeline.offer_lost(self._root, gone, origin, tally)

    async def known_in(self, folders: Sequence[bytes]) -> AsyncIterator[list[bytes]]:
        """The paths of all known files directly in these folders, some folders at a time."""
        for some in batched(folders, _FOLDERS):
            prints = await self._index.fingerprints(some)
            yield [join(folder, name) for folder in some for name in prints[folder]]

    async def judge(self, paths: Sequence[bytes]) -> tuple[list[bytes], list[bytes]]:
        """Those that are gone, and those that are out of reach; the others are there."""
        entries = [entry for entry in (await self._index.entries(paths)).values() if entry.is_live]
        if not entries:
            return [], []
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._root.disk, self._verdicts, entries)

    def _verdicts(self, entries: Sequence[Entry]) -> tuple[list[bytes], list[bytes]]:
        return Verdicts(self._files, self._root.path).gone(entries)
