"""The index's file: SQLite as elsewhere, and the right to be the only process that has it."""

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import IO

from apollonia.adapters.index.schema import APPLICATION_ID, STEPS
from apollonia.adapters.sqlite.connection import SqliteConnection
from apollonia.errors import IndexUnavailableError


class IndexConnection(SqliteConnection):
    """Two processes on one index would publish everything twice: a lock beside it forbids that."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, schema=STEPS, unavailable=IndexUnavailableError)
        self._lock: IO[bytes] | None = None

    async def close(self) -> None:
        """As there; then somebody else may have it."""
        await super().close()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _open(self) -> sqlite3.Connection:
        if self._lock is None:
            self._lock = _locked(self.path)
        return super()._open()

    def _migrate(self, raw: sqlite3.Connection) -> None:
        (owner,) = raw.execute("PRAGMA application_id").fetchone()
        (tables,) = raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and owner != APPLICATION_ID:
            raise IndexUnavailableError(f"{self.path} is not an index of Apollonia; move it away")
        super()._migrate(raw)
        raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _locked(path: Path) -> IO[bytes]:
    try:
        lock = path.with_name(path.name + ".lock").open("ab+")
    except OSError as error:
        reason = error.strerror or str(error)
        raise IndexUnavailableError(
            f"{path}: cannot be opened ({reason}); is the data folder there and writable?"
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        holder = lock.read(32).decode("ascii", "replace").strip() or "unknown"
        lock.close()
        raise IndexUnavailableError(
            f"{path} is in use by process {holder}: one ingestor per data folder"
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()).encode())
    lock.flush()
    return lock
