"""Which processes that hold messages are still alive.

Each process keeps a locked file beside the bus; the system lets go of the lock when the process
dies, however it dies, so what it held comes back at once instead of when its lease runs out.
Where there are no such locks (Windows), leases alone decide.
"""

import os
from pathlib import Path
from uuid import uuid4

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]


class Holder:
    """This process' own mark, and a look at those of others. Its calls touch the disk."""

    def __init__(self, folder: Path) -> None:
        self.name = uuid4().hex
        self._folder = folder
        self._lock: int | None = None

    def enter(self) -> None:
        """Make and lock the mark; idempotent."""
        if self._lock is not None or fcntl is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._folder / self.name, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        self._lock = lock

    def leave(self) -> None:
        """Take the mark away; idempotent."""
        if self._lock is None:
            return
        (self._folder / self.name).unlink(missing_ok=True)
        os.close(self._lock)
        self._lock = None

    def is_dead(self, name: str) -> bool:
        """Whether that holder is known to be gone."""
        if fcntl is None or name == self.name:
            return False
        try:
            lock = os.open(self._folder / name, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        else:
            (self._folder / name).unlink(missing_ok=True)
            return True
        finally:
            os.close(lock)
