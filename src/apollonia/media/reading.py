"""Opening a file so that nothing hangs and nothing is followed, and hashing what is in it."""

import hashlib
import mmap
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import xxhash

from apollonia.domain.paths import folder_of
from apollonia.media.beneath import parent_below
from apollonia.media.facts import FileFacts

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_NO_ATIME = getattr(os, "O_NOATIME", 0)


class NotRegularError(OSError):
    """A pipe, a socket, a device, a folder or a symbolic link: nothing to read."""


class StoppedError(Exception):
    """Reading was interrupted."""


@dataclass(frozen=True, slots=True)
class OpenFile:
    """An open descriptor and the facts of the file behind it."""

    fd: int
    facts: FileFacts


@contextmanager
def open_regular(path: bytes, top: bytes | None = None) -> Iterator[OpenFile]:
    """The regular file at ``path``, open for reading; a symbolic link there is not followed.

    ``top``: a folder above it, below which no link on the way is followed either.

    Raises:
        NotRegularError: there is something else.
        OSError: it cannot be opened.
    """
    with parent_below(folder_of(path) if top is None else top, path) as (folder, name):
        before = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISREG(before.st_mode):
            raise NotRegularError(f"not a regular file: {path!r}")
        fd = _open(name, folder)
    try:
        now = os.fstat(fd)
        if not stat.S_ISREG(now.st_mode):
            raise NotRegularError(f"not a regular file: {path!r}")
        yield OpenFile(fd, FileFacts.of(now, before.st_atime_ns))
    finally:
        os.close(fd)


def _open(name: bytes, folder: int) -> int:
    """Our reading is nobody's access, where the system lets us say so: owners and root only."""
    try:
        return os.open(name, _FLAGS | _NO_ATIME, dir_fd=folder)
    except PermissionError:
        return os.open(name, _FLAGS, dir_fd=folder)


def facts_now(file: OpenFile) -> FileFacts:
    """The facts again, to see whether somebody wrote meanwhile."""
    return FileFacts.of(os.fstat(file.fd), file.facts.atime_ns)


def read_buffer(size: int) -> memoryview:
    """A buffer of ``size`` bytes that begins with a page.

    A ``bytearray`` of this size begins 16 bytes into one, and copying from the page cache to there
    takes three times as long on some processors (AMD Zen 3: the last bits of both addresses clash).
    """
    return memoryview(mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))


def hash_open(
    file: OpenFile, buffer: memoryview, stopped: Callable[[], bool] | None = None
) -> tuple[str, str]:
    """SHA-256 and XXH128 of the whole file in one pass, as hexadecimal digits.

    Raises:
        StoppedError: ``stopped()`` said so between two reads.
        OSError: the disk cannot deliver it.
    """
    got = os.readv(file.fd, [buffer])
    if got == file.facts.size < len(buffer):  # a short read: that was all
        whole = buffer[:got]
        return hashlib.sha256(whole).hexdigest(), xxhash.xxh3_128_hexdigest(whole)
    sha, xxh = hashlib.sha256(), xxhash.xxh3_128()
    total = 0
    while got:
        total += got
        if total > file.facts.size:  # somebody appends, perhaps for ever: the caller will notice
            break
        sha.update(buffer[:got])
        xxh.update(buffer[:got])
        if stopped is not None and stopped():
            raise StoppedError
        got = os.readv(file.fd, [buffer])
    return sha.hexdigest(), xxh.hexdigest()
