"""How many files a root holds, counted ahead of its first scan: so that its end can be told."""

import asyncio

from apollonia.errors import FilesUnavailableError, NotFoundError
from apollonia.ingest.engine import Engine
from apollonia.ingest.reconcile.look import join
from apollonia.ingest.root.watched_root import WatchedRoot

_FOLDERS = 64


class Ahead:
    """Counts names alone, in a thread of its own: a hundred times as fast as the files are read.

    An estimate: rules that stand in folders are left aside.
    """

    def __init__(self, root: WatchedRoot, engine: Engine) -> None:
        self._root = root
        self._files = engine.ports.files
        self._new_disk = engine.new_disk

    async def run(self) -> None:
        """Tell the number to the root's progress when all is counted; nothing where it is slow."""
        if self._root.places.storage.is_remote:
            return
        loop, disk = asyncio.get_running_loop(), self._new_disk()
        count, rest = 0, [self._root.path]
        try:
            while rest:
                await self._root.gate.passed()
                some, rest = rest[-_FOLDERS:], rest[:-_FOLDERS]
                number, below = await loop.run_in_executor(disk, self._count, some)
                count += number
                rest += below
        finally:
            disk.shutdown(wait=False, cancel_futures=True)
        self._root.progress.expected = count

    def _count(self, folders: list[bytes]) -> tuple[int, list[bytes]]:
        """The files directly in these folders, and the folders; what cannot be read has none."""
        rules, count, below = self._root.rules, 0, []
        for folder in folders:
            try:
                listing = self._files.list_folder(folder, only=(), top=self._root.path)
            except (NotFoundError, FilesUnavailableError):
                continue
            count += sum(not rules.skips_file(name) for name in listing.names)
            paths = ((join(folder, name), name) for name in listing.folders)
            below += [path for path, name in paths if not rules.skips_folder(path, name)]
        return count, below
