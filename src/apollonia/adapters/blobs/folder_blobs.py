"""The embedded blob store: a folder of files by content address."""

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Lock
from uuid import uuid4

from apollonia.adapters.blobs import blob_file
from apollonia.adapters.blobs.shelf import Shelf
from apollonia.ports.blobs import Blob

_AFTER_EVICTION = 0.9  # of the budget: evicting one by one would do it at every put
_TOUCH_S = 3600.0
_RELOAD_AFTER = 5000  # uses, since other processes put files there as well


class FolderBlobs:
    """``Blobs`` in ``folder/ab/cd/abcd…``, at most ``budget_bytes``; all disk work in threads."""

    def __init__(self, folder: Path, *, budget_bytes: int = 2 << 30) -> None:
        self._folder = folder
        self._budget = budget_bytes
        self._shelf = Shelf(folder)
        self._lock = Lock()
        self._uses_since_load = _RELOAD_AFTER

    async def get(self, key: str) -> Blob | None:
        """The blob; one that was damaged on disk is removed and counts as never put."""
        return await asyncio.to_thread(self._get, _name(key))

    async def put(self, key: str, blob: Blob) -> None:
        """Keep it; one larger than the whole budget is not kept."""
        await asyncio.to_thread(self._put, _name(key), blob)

    async def ping(self) -> None:
        """Raise ``BlobsUnavailableError`` unless a file can be written."""
        await asyncio.to_thread(self._try)

    def _get(self, name: str) -> Blob | None:
        path = self._shelf.path(name)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            self._locked(lambda: self._shelf.forget(name))
            return None
        except OSError as error:
            raise blob_file.unavailable(path, error) from error
        blob = blob_file.decode(content)
        if blob is None:
            path.unlink(missing_ok=True)
            self._locked(lambda: self._shelf.forget(name))
            return None
        _touch(path)
        self._locked(lambda: self._shelf.used(name, len(content)))
        return blob

    def _put(self, name: str, blob: Blob) -> None:
        content = blob_file.encode(blob)
        if len(content) > self._budget:
            return
        blob_file.write(self._shelf.path(name), content)
        self._locked(lambda: self._make_room(name, len(content)))

    def _make_room(self, name: str, size: int) -> None:
        self._shelf.used(name, size)
        if self._shelf.bytes <= self._budget:
            return
        for other in self._shelf.oldest(int(self._budget * _AFTER_EVICTION)):
            self._shelf.path(other).unlink(missing_ok=True)

    def _locked(self, work: Callable[[], None]) -> None:
        with self._lock:
            if self._uses_since_load >= _RELOAD_AFTER:
                self._uses_since_load = 0
                self._shelf.load()
            self._uses_since_load += 1
            work()

    def _try(self) -> None:
        path = self._folder / f"{blob_file.TEMPORARY}ping-{uuid4().hex}"
        blob_file.write(path, b"")
        path.unlink(missing_ok=True)


def _name(key: str) -> str:
    """Keys may be anything; names are safe, evenly spread and of one length."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _touch(path: Path) -> None:
    """Remember the use for the next start; now and then is enough."""
    with suppress(OSError):
        if path.stat().st_mtime < time.time() - _TOUCH_S:
            os.utime(path)
