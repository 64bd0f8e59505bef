"""One SQLite file, opened for one process, used by one thread."""

import fcntl
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO

from apollonia.adapters.index.schema import APPLICATION_ID, STEPS
from apollonia.errors import IndexUnavailableError

_BUSY_MS = 5_000
_WORDS = {
    sqlite3.SQLITE_FULL: "the disk is full; free some space: work goes on by itself",
    sqlite3.SQLITE_READONLY: "it is read-only; make the data folder writable",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; is the data folder there and writable?",
    sqlite3.SQLITE_BUSY: "another process keeps it locked; stop that process",
    sqlite3.SQLITE_CORRUPT: "it is damaged; move it away: the next start scans everything again",
    sqlite3.SQLITE_NOTADB: "it is no SQLite file; move it away and start again",
    sqlite3.SQLITE_IOERR: "the disk does not read or write it; check the disk",
}


class Database:
    """Runs functions on the connection, one after the other, in a thread of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="index")
        self._connection: sqlite3.Connection | None = None
        self._lock: IO[bytes] | None = None

    @property
    def executor(self) -> ThreadPoolExecutor:
        """The thread; functions for it go through ``guarded``."""
        return self._thread

    def guarded[T](self, work: Callable[[sqlite3.Connection], T]) -> T:
        """In the thread: do the work, opening the file first when it is not open."""
        try:
            if self._connection is None:
                self._connection = self._open()
            return work(self._connection)
        except sqlite3.Error as error:
            raise self._translated(error) from error

    def write[T](self, work: Callable[[sqlite3.Connection], T]) -> T:
        """As ``guarded``, in one transaction: committed at the end or rolled back."""
        return self.guarded(lambda connection: _transaction(connection, work))

    def close(self) -> None:
        """In the thread: let go of the file and of the right to it."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _open(self) -> sqlite3.Connection:
        self._take_lock()
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_MS / 1000, isolation_level=None, cached_statements=64
        )
        try:
            _configure(connection)
            self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _take_lock(self) -> None:
        """Two processes on one index would publish everything twice."""
        if self._lock is not None:
            return
        path = self._path.with_name(self._path.name + ".lock")
        try:
            lock = path.open("ab+")
        except OSError as error:
            reason = error.strerror or str(error)
            raise IndexUnavailableError(
                f"{self._path}: cannot be opened ({reason}); is the data folder there and writable?"
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read(32).decode("ascii", "replace").strip() or "unknown"
            lock.close()
            raise IndexUnavailableError(
                f"{self._path} is in use by process {holder}: one ingestor per data folder"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()).encode())
        lock.flush()
        self._lock = lock

    def _migrate(self, connection: sqlite3.Connection) -> None:
        (owner,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and owner != APPLICATION_ID:
            raise IndexUnavailableError(f"{self._path} is not an index of Apollonia; move it away")
        if version > len(STEPS):
            raise IndexUnavailableError(
                f"{self._path} was made by a newer Apollonia (format {version}); update this one"
            )
        for number, step in enumerate(STEPS[version:], version + 1):
            connection.executescript(
                f"BEGIN IMMEDIATE; {step}; PRAGMA application_id = {APPLICATION_ID};"
                f" PRAGMA user_version = {number}; COMMIT;"
            )

    def _translated(self, error: sqlite3.Error) -> IndexUnavailableError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        return IndexUnavailableError(f"{self._path}: {_WORDS.get(code, str(error))}")


def _configure(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -16000")
    connection.execute("PRAGMA temp_store = MEMORY")


def _transaction[T](connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise
    return result
