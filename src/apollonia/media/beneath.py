"""Opening what lies below a folder so that no link on the way is followed.

``O_NOFOLLOW`` guards the last part of a path only: a folder on the way that is replaced by a link
leads elsewhere. So every folder below ``top`` is opened from the one above it. ``top`` itself may
be, or lie behind, a link: a person chose it.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

PATH_MAX = 4096
_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_PASS = _FOLDER | getattr(os, "O_PATH", os.O_RDONLY)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


@contextmanager
def folder_below(top: bytes, folder: bytes) -> Iterator[int]:
    """A descriptor of ``folder``, to be listed; it is ``top`` or lies below it.

    Raises:
        NotADirectoryError: some part below ``top`` is a link, or no folder.
        OSError: as opening it does.
    """
    if len(folder) >= PATH_MAX:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
    parts = _parts(top, folder)
    here = os.open(top, _PASS if parts else _FOLDER)
    try:
        for number, part in enumerate(parts, 1):
            flags = _FOLDER if number == len(parts) else _PASS
            below = os.open(part, flags | _NO_FOLLOW, dir_fd=here)
            os.close(here)
            here = below
        yield here
    finally:
        os.close(here)


@contextmanager
def parent_below(top: bytes, path: bytes) -> Iterator[tuple[int, bytes]]:
    """A descriptor of the folder that ``path`` is in, good for looking up names, and its name.

    Raises as ``folder_below``.
    """
    if len(path) >= PATH_MAX:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
    *parts, name = _parts(top, path) or [b"."]
    here = os.open(top, _PASS)
    try:
        for part in parts:
            below = os.open(part, _PASS | _NO_FOLLOW, dir_fd=here)
            os.close(here)
            here = below
        yield here, name
    finally:
        os.close(here)


def _parts(top: bytes, path: bytes) -> list[bytes]:
    """The names on the way. Raises ``FileNotFoundError`` when it does not lie below."""
    base = top.rstrip(b"/") + b"/"
    if path.rstrip(b"/") + b"/" == base:
        return []
    if not path.startswith(base):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    parts = [part for part in path[len(base) :].split(b"/") if part]
    if b".." in parts:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    return parts
