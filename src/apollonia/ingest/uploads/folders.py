"""The folders that an upload goes into: made where they are missing, never through a link.

Every folder is opened from the one above it. A name that belongs to a link or a file gets a number.
"""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from apollonia.ingest.uploads.parts import safe_part

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_BLOCKED = frozenset({errno.ENOTDIR, errno.ELOOP})
_TRIES = 9


@contextmanager
def open_root(root: bytes, device: int | None) -> Iterator[int]:
    """The root's descriptor; ``device``: the one that it was on at its last scan.

    Raises:
        OSError: it is not there, or ``ENXIO`` when it lies on another disk than it did: its own is
            not mounted, and what was written here would be hidden below it.
    """
    fd = os.open(root, _FOLDER)
    try:
        if device is not None and os.fstat(fd).st_dev != device:
            raise OSError(errno.ENXIO, "it lies on another disk than before: mount its own")
        yield fd
    finally:
        os.close(fd)


@contextmanager
def make_folders(root: int, parts: Sequence[str]) -> Iterator[tuple[int, bytes]]:
    """The innermost folder's descriptor, and its path below the root (``b""``: the root itself).

    New folders have the rights of the one above them. Raises ``OSError``.
    """
    here, path = os.dup(root), b""
    try:
        for part in parts:
            below, name = _enter(here, part)
            os.close(here)
            here = below
            path = path + b"/" + name if path else name
        yield here, path
    finally:
        os.close(here)


@contextmanager
def open_folder(root: int, path: bytes) -> Iterator[int]:
    """A folder below the root by its path, no link followed. Raises ``OSError``."""
    here = os.dup(root)
    try:
        for part in filter(None, path.split(b"/")):
            below = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = below
        yield here
    finally:
        os.close(here)


def _enter(here: int, part: str) -> tuple[int, bytes]:
    for number in range(1, _TRIES + 1):
        name = safe_part(part, f" ({number})" if number > 1 else "").encode()
        try:
            return _make_and_open(here, name), name
        except OSError as error:
            if error.errno not in _BLOCKED:
                raise
    raise OSError(errno.ENOTDIR, f"{part!r} and its numbered names are links or files, no folders")


def _make_and_open(here: int, name: bytes) -> int:
    try:
        os.mkdir(name, 0o700, dir_fd=here)
    except FileExistsError:
        return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=here)
    fd = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=here)
    try:
        with suppress(PermissionError):  # a file system without rights
            os.fchmod(fd, os.fstat(here).st_mode & 0o7777)
        os.fsync(here)
    except BaseException:
        os.close(fd)
        raise
    return fd
