"""Watching by inotify: plain watches on folders; recursion is the caller's.

asyncinotify's own recursion loses ``CLOSE_WRITE`` in folders that are made or renamed after the
start, so paths are kept here, by watch descriptor: a folder that was renamed keeps its descriptor,
and adding it again under its new path corrects the path.
"""

import asyncio
import errno
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from struct import Struct
from typing import NamedTuple

from asyncinotify import Inotify, Mask, Watch

from apollonia.domain.paths import display, is_inside
from apollonia.errors import FilesUnavailableError, NotFoundError
from apollonia.ports.file_system import WatchEvent, What

_MASK = (
    Mask.CREATE
    | Mask.CLOSE_WRITE
    | Mask.MOVED_FROM
    | Mask.MOVED_TO
    | Mask.DELETE
    | Mask.DELETE_SELF
    | Mask.ONLYDIR
    | Mask.DONT_FOLLOW
    | Mask.EXCL_UNLINK
)
_NAMED = (
    (int(Mask.CLOSE_WRITE), What.WRITTEN),
    (int(Mask.CREATE), What.CREATED),
    (int(Mask.MOVED_TO), What.MOVED_TO),
    (int(Mask.MOVED_FROM), What.MOVED_FROM),
    (int(Mask.DELETE), What.DELETED),
)
_SELF = int(Mask.DELETE_SELF | Mask.UNMOUNT)
_IGNORED = int(Mask.IGNORED)
_OVERFLOW = int(Mask.Q_OVERFLOW)
_ISDIR = int(Mask.ISDIR)
_HEAD = Struct("=iIII")
_READ_BYTES = 32 << 10  # bounds how long one read keeps the event loop: about 1,000 short names
_BURST_S = 0.03  # what follows a read so soon …
_GATHER_S = 0.01  # … waits for more of its kind: a file at a time, each read would bring two events
_ADVICE = {
    errno.ENOSPC: "all inotify watches are in use; raise fs.inotify.max_user_watches",
    errno.EACCES: "no permission to watch it",
}


class _Raw(NamedTuple):
    """``struct inotify_event``; ``descriptor`` is -1 for an overflow."""

    descriptor: int
    mask: int
    cookie: int
    name: bytes


class _Source(Inotify):
    """``Inotify`` that hands out all that one read brought, as numbers and bytes.

    Its own events are objects with paths, which cost more than all that is done with them here.
    In a burst it reads a hundred times a second at most, unless much is waiting to be read.
    """

    def __init__(self) -> None:
        super().__init__()
        os.set_blocking(self.fd, False)
        self._is_full = False
        self._read_at = -_BURST_S

    async def take(self) -> list[_Raw]:
        loop, fd, ready = asyncio.get_running_loop(), self.fd, asyncio.Event()
        if not self._is_full and loop.time() - self._read_at < _BURST_S:
            await asyncio.sleep(_GATHER_S)
        while True:
            with suppress(BlockingIOError):
                data = os.read(fd, _READ_BYTES)
                self._is_full, self._read_at = len(data) > _READ_BYTES // 2, loop.time()
                return self._parse(data)
            loop.add_reader(fd, ready.set)
            try:
                await ready.wait()
            finally:
                loop.remove_reader(fd)
            ready.clear()

    def _parse(self, data: bytes) -> list[_Raw]:
        events: list[_Raw] = []
        at = 0
        while at < len(data):
            descriptor, mask, cookie, length = _HEAD.unpack_from(data, at)
            at += _HEAD.size
            events.append(_Raw(descriptor, mask, cookie, data[at : at + length].rstrip(b"\0")))
            at += length
            if mask & _IGNORED:
                self._watches.pop(descriptor, None)
        return events


class _Watched(NamedTuple):
    folder: bytes
    watch: Watch


class InotifyWatcher:
    """``Watcher`` on one inotify instance."""

    def __init__(self) -> None:
        try:
            self._inotify = _Source()
        except OSError as error:
            raise FilesUnavailableError(
                f"inotify: {error.strerror}; raise fs.inotify.max_user_instances"
            ) from error
        self._lock = threading.Lock()
        self._by_descriptor: dict[int, _Watched] = {}
        self._by_folder: dict[bytes, int] = {}

    @property
    def count(self) -> int:
        """Folders watched."""
        return len(self._by_folder)

    def add(self, folder: bytes) -> None:
        """One watch; also corrects the path of a folder that was renamed."""
        try:  # known or not: another folder may have this path now
            watch = self._inotify.add_watch(folder, _MASK)
        except OSError as error:
            raise _translated(folder, error) from error
        except ValueError:
            raise FilesUnavailableError("The watcher is closed.") from None
        with self._lock:
            before = self._by_descriptor.get(watch.wd)
            if before is not None and before.folder == folder == self._path_of(watch.wd):
                return
            if before is not None and self._by_folder.get(before.folder) == watch.wd:
                del self._by_folder[before.folder]
            self._by_descriptor[watch.wd] = _Watched(folder, watch)
            self._by_folder[folder] = watch.wd

    def remove_under(self, folder: bytes) -> None:
        """Take the watches away; the kernel confirms with events that are swallowed."""
        with self._lock:
            inside = [path for path in self._by_folder if is_inside(path, folder)]
            gone = [self._by_descriptor.pop(self._by_folder.pop(path), None) for path in inside]
        for watched in gone:
            if watched is not None:
                self._remove(watched.watch)

    async def next(self) -> Sequence[WatchEvent]:
        """What one read of the descriptor brought, without what is of no interest."""
        while True:
            events = [event for raw in await self._inotify.take() for event in self._translate(raw)]
            if events:
                return events

    def close(self) -> None:
        """Close the descriptor; all watches go with it."""
        self._inotify.close()

    def _path_of(self, descriptor: int) -> bytes | None:
        """The folder that this descriptor stands for, unless another took its path."""
        watched = self._by_descriptor.get(descriptor)
        if watched is None or self._by_folder.get(watched.folder) != descriptor:
            return None
        return watched.folder

    def _remove(self, watch: Watch) -> None:
        try:
            self._inotify.rm_watch(watch)
        except (OSError, ValueError):
            return  # the folder is gone, its watch with it; or all are closed

    def _translate(self, raw: _Raw) -> Iterator[WatchEvent]:
        mask = raw.mask
        if mask & _OVERFLOW:
            yield WatchEvent(What.OVERFLOW)
            return
        watched = self._by_descriptor.get(raw.descriptor)
        if watched is None:
            return  # removed by us, or so new that its folder will be listed after ``add``
        if mask & _IGNORED:
            self._forget(raw.descriptor)
        elif mask & _SELF:
            self._release(raw.descriptor)
            yield WatchEvent(What.FOLDER_GONE, watched.folder)
        elif raw.name:
            name = raw.name
            for bit, what in _NAMED:
                if mask & bit:
                    yield WatchEvent(what, watched.folder, name, bool(mask & _ISDIR), raw.cookie)

    def _release(self, descriptor: int) -> None:
        """The folder is no longer where we knew it: adding that path again shall make a watch."""
        with self._lock:
            watched = self._by_descriptor.get(descriptor)
            if watched is not None and self._by_folder.get(watched.folder) == descriptor:
                del self._by_folder[watched.folder]

    def _forget(self, descriptor: int) -> None:
        self._release(descriptor)
        with self._lock:
            self._by_descriptor.pop(descriptor, None)


def _translated(folder: bytes, error: OSError) -> NotFoundError | FilesUnavailableError:
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return NotFoundError(f"No folder {display(folder)}.")
    words = _ADVICE.get(error.errno or 0, error.strerror or str(error))
    return FilesUnavailableError(f"{display(folder)} is polled: {words}")
