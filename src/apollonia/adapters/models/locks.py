"""A lock that other processes see and the system lets go of when its holder dies."""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows: there, contents still come whole by renaming
    fcntl = None  # type: ignore[assignment]


_PATIENCE_S = 3600.0
_PAUSE_S = 0.1


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait for the lock, and hold it. The file stays: taking it away would let two in.

    Raises:
        OSError: the file cannot be made, or another process had the lock for an hour.
    """
    lock = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        _wait_for(lock, path)
        yield
    finally:
        os.close(lock)


def _wait_for(lock: int, path: Path) -> None:
    if fcntl is None:
        return
    ends = time.monotonic() + _PATIENCE_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > ends:
                raise OSError(errno.EBUSY, f"another process keeps {path.name}") from None
            time.sleep(_PAUSE_S)
        else:
            return
