"""Moving a file to a name that must be free: at once, and never over something."""

import ctypes
import errno
import os
import sys
from collections.abc import Callable
from functools import lru_cache

_NO_REPLACE = 1
_CANNOT = frozenset({errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.ENOTSUP})
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})


def move_no_replace(source_folder: int, source: bytes, folder: int, name: bytes) -> None:
    """Both folders by descriptor, on one file system.

    Where the file system cannot rename so, a second name is made and the first one taken away: a
    crash in between leaves both, of one file.

    Raises:
        FileExistsError: the name is taken.
        OSError: ``EXDEV`` when these are two file systems; ``EOPNOTSUPP`` where neither is offered.
    """
    rename = _rename_at_2()
    if rename is not None:
        if rename(source_folder, source, folder, name, _NO_REPLACE) == 0:
            return
        number = ctypes.get_errno()
        if number not in _CANNOT:
            raise OSError(number, os.strerror(number))
    link_no_replace(source_folder, source, folder, name)


def link_no_replace(source_folder: int, source: bytes, folder: int, name: bytes) -> None:
    """The second way of ``move_no_replace``."""
    try:
        os.link(source, name, src_dir_fd=source_folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno in _NO_LINKS:
            words = "this file system can only rename over what may be there: copy it by hand"
            raise OSError(errno.EOPNOTSUPP, words) from error
        raise
    os.unlink(source, dir_fd=source_folder)


@lru_cache(maxsize=1)
def _rename_at_2() -> Callable[[int, bytes, int, bytes, int], int] | None:
    """``renameat2`` of the C library; ``None`` where it has none."""
    if not sys.platform.startswith("linux"):
        return None
    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if function is not None:
        function.argtypes = (
            ctypes.c_int,
            ctypes.c_char_p,
            ctypes.c_int,
            ctypes.c_char_p,
            ctypes.c_uint,
        )
        function.restype = ctypes.c_int
    return function
