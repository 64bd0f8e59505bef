"""Which blobs a folder holds, how large they are and when each was last used."""

import os
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from apollonia.adapters.blobs.blob_file import TEMPORARY

_ABANDONED_S = 3600.0


class Shelf:
    """Kept in memory, read from the folder at start; the files' times carry the order over.

    Not thread-safe: ``FolderBlobs`` holds a lock around it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sizes: OrderedDict[str, int] = OrderedDict()
        self.bytes = 0

    def load(self) -> None:
        """Look what is there, least recently used first; sweep away what a crash left half done."""
        found = sorted(self._files())
        self._sizes = OrderedDict((name, size) for _, name, size in found)
        self.bytes = sum(self._sizes.values())

    def path(self, name: str) -> Path:
        """Where a blob's file is."""
        return self._folder / name[:2] / name[2:4] / name

    def used(self, name: str, size: int) -> None:
        """It is there, and is now the most recently used."""
        self.bytes += size - self._sizes.pop(name, 0)
        self._sizes[name] = size

    def forget(self, name: str) -> None:
        """It is not there."""
        self.bytes -= self._sizes.pop(name, 0)

    def oldest(self, at_most: int) -> Iterator[str]:
        """Names to do without until no more than ``at_most`` bytes are left; each is forgotten."""
        while self.bytes > at_most and self._sizes:
            name = next(iter(self._sizes))
            self.forget(name)
            yield name

    def _files(self) -> Iterator[tuple[int, str, int]]:
        for folder, _, names in os.walk(self._folder):
            for name in names:
                with suppress(FileNotFoundError):
                    path = os.path.join(folder, name)  # noqa: PTH118 - 100,000 of them
                    stat = os.stat(path)  # noqa: PTH116 - the same
                    if not name.startswith(TEMPORARY):
                        yield stat.st_mtime_ns, name, stat.st_size
                    elif stat.st_mtime < time.time() - _ABANDONED_S:
                        os.unlink(path)  # noqa: PTH108 - the same
