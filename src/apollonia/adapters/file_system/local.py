"""The disk of this machine."""

import errno
import os
import stat as modes
import sys
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from apollonia.adapters.file_system.answering import Answering
from apollonia.adapters.file_system.mountings import mounting_of
from apollonia.adapters.file_system.mounts import Mount, MountTable
from apollonia.adapters.file_system.storages import storage_of
from apollonia.domain.paths import display, folder_of
from apollonia.errors import FilesUnavailableError, NotFoundError
from apollonia.media.beneath import PATH_MAX, folder_below, parent_below
from apollonia.ports.file_system import Listing, Storage, Watcher

_NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
_READ = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
)
_TYPES = {
    modes.S_IFIFO: "named pipe",
    modes.S_IFSOCK: "socket",
    modes.S_IFBLK: "block device",
    modes.S_IFCHR: "character device",
}


class LocalFiles:
    """``FileSystem`` by ``os.scandir`` and inotify.

    ``mounts`` and ``system`` are where Linux tells of mounts and disks. A network or FUSE mount
    that takes longer than ``answer_s`` for one call is taken for unavailable.
    """

    def __init__(
        self,
        mounts: Path = Path("/proc/self/mountinfo"),
        system: Path = Path("/sys"),
        answer_s: float = 30.0,
    ) -> None:
        self._mounts = MountTable(mounts)
        self._system = system
        self._answering = Answering(self._mounts, system, answer_s)

    def list_folder(
        self, folder: bytes, only: Collection[bytes] | None = None, *, top: bytes | None = None
    ) -> Listing:
        """One ``scandir`` of an open folder; a file's facts cost one ``lstat`` each."""

        def listed() -> Listing:
            with (
                folder_below(folder if top is None else top, folder) as opened,
                os.scandir(opened) as entries,
            ):
                return _read(folder, entries, only)

        try:
            return self._answering.call(folder, listed)
        except OSError as error:
            if error.errno in _NOT_THERE:
                raise NotFoundError(f"No folder {display(folder)}.") from None
            raise FilesUnavailableError(_words(folder, error)) from error

    def stat(self, path: bytes, *, top: bytes | None = None) -> os.stat_result | None:
        """``lstat``."""
        try:
            return self._answering.call(path, lambda: _stat(path, top))
        except OSError as error:
            if error.errno in _NOT_THERE:
                return None
            raise FilesUnavailableError(_words(path, error)) from error

    def resolve(self, path: bytes) -> bytes | None:
        """``realpath``, strictly."""
        try:
            return self._answering.call(path, lambda: os.path.realpath(path, strict=True))
        except (OSError, FilesUnavailableError):
            return None

    def read_small(self, path: bytes, limit: int, *, top: bytes | None = None) -> bytes | None:
        """Opened so that a pipe does not keep us waiting."""

        def read() -> bytes | None:
            with parent_below(folder_of(path) if top is None else top, path) as (folder, name):
                return _content(os.open(name, _READ, dir_fd=folder), limit + 1)

        try:
            content = self._answering.call(path, read)
        except OSError as error:
            if error.errno in _NOT_THERE | {errno.ENXIO}:
                return None
            raise FilesUnavailableError(_words(path, error)) from error
        if content is not None and len(content) > limit:
            raise FilesUnavailableError(f"{display(path)}: larger than {limit} bytes")
        return content

    def has_entries(self, folder: bytes) -> bool:
        """Reads one entry of it."""

        def look() -> bool:
            with os.scandir(folder) as entries:
                return next(entries, None) is not None

        try:
            return self._answering.call(folder, look)
        except OSError as error:
            if error.errno in _NOT_THERE:
                raise NotFoundError(f"No folder {display(folder)}.") from None
            raise FilesUnavailableError(_words(folder, error)) from error

    def storage(self, folder: bytes) -> Storage:
        """From the mount table; unknown on systems without one."""
        mount = self._mounts.read().at(os.path.realpath(folder))
        return self._storage(mount, "") if mount is not None else Storage()

    def storages_below(self, folder: bytes) -> Mapping[bytes, Storage]:
        """From the mount table; none on systems without one."""
        real = os.path.realpath(folder).rstrip(b"/")
        below = list(self._mounts.read().below(real or b"/"))
        unseen = f" {self._mounts.unseen}"
        return {
            folder.rstrip(b"/") + mount.point[len(real) :]: self._storage(mount, unseen)
            for mount in below
        }

    def _storage(self, mount: Mount, unseen: str) -> Storage:
        """Where only the table's numbers tell mountings apart, what it did not show may be one."""
        storage = storage_of(mount, self._system)
        number = None if storage.is_remote else mounting_of(mount.point)  # a server may not answer
        return replace(storage, mounting=f"{mount.id}{unseen}" if number is None else str(number))

    def mounts_mark(self) -> int:
        """One system call while nothing has changed."""
        return self._mounts.mark()

    def watch(self) -> Watcher:
        """A watcher on one inotify instance of its own."""
        if sys.platform != "linux":
            raise FilesUnavailableError("This system has no inotify: folders are polled.")
        from apollonia.adapters.file_system.inotify import (  # noqa: PLC0415 - Linux only
            InotifyWatcher,
        )

        return InotifyWatcher()


def _stat(path: bytes, top: bytes | None) -> os.stat_result:
    if top is None:
        return os.lstat(path)
    with parent_below(top, path) as (folder, name):
        return os.stat(name, dir_fd=folder, follow_symlinks=False)


def _content(descriptor: int, limit: int) -> bytes | None:
    """At most so many bytes of a regular file, which is closed."""
    content = b""
    try:
        if not modes.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        while len(content) < limit and (some := os.read(descriptor, limit - len(content))):
            content += some
    finally:
        os.close(descriptor)
    return content


def _read(
    folder: bytes, entries: "os._ScandirIterator[str]", only: Collection[bytes] | None
) -> Listing:
    names: list[bytes] = []
    stats: dict[bytes, os.stat_result] = {}
    folders: list[bytes] = []
    links: list[bytes] = []
    others: dict[bytes, str] = {}
    room = PATH_MAX - 2 - len(folder)
    for entry in entries:
        name = os.fsencode(entry.name)
        try:
            if len(name) > room:
                raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))  # noqa: TRY301 - as opening it does
            if entry.is_file(follow_symlinks=False):
                if only is None or name in only:
                    stats[name] = entry.stat(follow_symlinks=False)
                names.append(name)
            elif entry.is_dir(follow_symlinks=False):
                folders.append(name)
            elif entry.is_symlink():
                links.append(name)
            else:
                others[name] = _type_of(entry)
        except FileNotFoundError:
            continue  # vanished since the folder was opened
        except OSError as error:
            others[name] = (error.strerror or str(error)).lower()
    return Listing(folder, names, stats, folders, links, others)


def _type_of(entry: os.DirEntry[str]) -> str:
    kind = modes.S_IFMT(entry.stat(follow_symlinks=False).st_mode)
    return _TYPES.get(kind, "no regular file")


def _words(path: bytes, error: OSError) -> str:
    return f"{display(path)}: {(error.strerror or str(error)).lower()}"
