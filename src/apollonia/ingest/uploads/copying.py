"""Bringing an upload to the disk of its root, under a name that no catalog looks at."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from apollonia.media.reading import StoppedError

_CHUNK = 1 << 20


def check_space(folder: int, size: int, margin: int) -> None:
    """Raises ``OSError`` with ``ENOSPC`` when less than ``size`` + ``margin`` bytes are free."""
    disk = os.fstatvfs(folder)
    free = disk.f_bavail * disk.f_frsize
    if free < size + margin:
        raise OSError(
            errno.ENOSPC,
            f"{free >> 20} MiB are free there, {size >> 20} MiB are needed and"
            f" {margin >> 20} MiB stay free",
        )


@contextmanager
def copied(
    source: int, content: bytes, folder: int, name: bytes, stopped: Callable[[], bool]
) -> Iterator[int]:
    """A copy of ``content`` as ``name`` in ``folder``, on disk; yields its inode.

    It is gone afterwards unless it was renamed meanwhile. What a crash left of it is replaced.

    Raises:
        StoppedError: ``stopped()`` said so between two pieces.
        OSError: one of the disks refuses.
    """
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
    try:
        yield _copy(source, content, folder, name, stopped)
    finally:
        with suppress(OSError):
            os.unlink(name, dir_fd=folder)


def _copy(
    source: int, content: bytes, folder: int, name: bytes, stopped: Callable[[], bool]
) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    reading = os.open(content, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=source)
    try:
        writing = os.open(name, flags, 0o600, dir_fd=folder)
        try:
            while piece := os.read(reading, _CHUNK):
                left = memoryview(piece)
                while left:
                    left = left[os.write(writing, left) :]
                if stopped():
                    raise StoppedError
            os.fsync(writing)
            # so that it is read again from the disk when its hash is compared
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(writing, 0, 0, os.POSIX_FADV_DONTNEED)
            os.fsync(folder)
            return os.fstat(writing).st_ino
        finally:
            os.close(writing)
    finally:
        os.close(reading)


def give_rights(folder: int, name: bytes, like: int) -> None:
    """Rights and, where the folder hands it on, group of the folder ``like`` that it goes into."""
    wanted = os.fstat(like)
    fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    try:
        with suppress(PermissionError):
            if wanted.st_mode & 0o2000:
                os.fchown(fd, -1, wanted.st_gid)
            os.fchmod(fd, wanted.st_mode & 0o666)
        os.fsync(fd)
    finally:
        os.close(fd)
