"""One SQLite file, worked on by a thread of its own, so that the event loop never waits for it."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

from apollonia.adapters.sqlite.words import is_broken, words_for
from apollonia.errors import Unavailable

type Work[T] = Callable[[sqlite3.Connection], T]

_WAL_RETRY_S = 0.05
_WAL_SIZE_LIMIT = 64 << 20
_CACHE_KIB = 16 << 10


class SqliteConnection:
    """A connection with a thread of its own; opens at first use, and again after it broke.

    ``schema`` holds one script per schema version, oldest first; ``user_version`` counts those that
    were applied, and a script once released never changes. Driver errors become ``unavailable``
    with words for a person, and the transaction is rolled back: nothing is half written.
    Constraint violations and faulty SQL are bugs and stay what they are.
    """

    def __init__(
        self,
        path: Path,
        *,
        schema: Sequence[str],
        unavailable: type[Unavailable],
        synchronous: Literal["FULL", "NORMAL"] = "FULL",
        busy_timeout_s: float = 5.0,
    ) -> None:
        self.path = path
        self._schema = tuple(schema)
        self._unavailable = unavailable
        self._synchronous = synchronous
        self._busy_timeout_s = busy_timeout_s
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"sqlite-{path.stem}")
        self._raw: sqlite3.Connection | None = None
        self._closed = False

    async def read[T](self, work: Work[T]) -> T:
        """Run ``work`` in the thread, outside of a transaction: each statement sees its moment."""
        return await self._submit(lambda: self._guarded(work))

    async def write[T](self, work: Work[T]) -> T:
        """Run ``work`` in one transaction (``BEGIN IMMEDIATE``): committed when it returns.

        When the caller is cancelled after the thread began, the transaction still ends one way or
        the other: callers must bear a repeat.
        """
        return await self._submit(lambda: self._guarded(lambda raw: _in_transaction(raw, work)))

    async def close(self) -> None:
        """Finish what was asked for, close the file and end the thread; idempotent."""
        if self._closed:
            return
        self._closed = True
        loop = asyncio.get_running_loop()
        await asyncio.shield(loop.run_in_executor(self._thread, self._discard))
        self._thread.shutdown(wait=False)

    async def _submit[T](self, call: Callable[[], T]) -> T:
        if self._closed:
            raise self._unavailable(f"{self.path} was closed: the process is stopping")
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    def _guarded[T](self, work: Work[T]) -> T:
        try:
            return work(self._open())
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError):
            raise
        except sqlite3.Error as error:
            if is_broken(error):
                self._discard()
            raise self._unavailable(words_for(error, self.path)) from error
        except OSError as error:
            raise self._unavailable(f"{self.path}: {error.strerror or error}") from error

    def _open(self) -> sqlite3.Connection:
        if self._raw is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            raw = sqlite3.connect(
                self.path,
                timeout=self._busy_timeout_s,
                isolation_level=None,
                check_same_thread=False,  # closed by whichever thread is last
                cached_statements=256,
            )
            try:
                self._configure(raw)
                _in_transaction(raw, self._migrate)
            except BaseException:
                raw.close()
                raise
            self._raw = raw
        return self._raw

    def _configure(self, raw: sqlite3.Connection) -> None:
        raw.execute("PRAGMA auto_vacuum = INCREMENTAL")  # only before the first table
        _enter_wal(raw, time.monotonic() + self._busy_timeout_s)
        raw.execute(f"PRAGMA synchronous = {self._synchronous}")
        raw.execute(f"PRAGMA journal_size_limit = {_WAL_SIZE_LIMIT}")
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("PRAGMA temp_store = MEMORY")
        raw.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")

    def _migrate(self, raw: sqlite3.Connection) -> None:
        (version,) = raw.execute("PRAGMA user_version").fetchone()
        if version > len(self._schema):
            raise self._unavailable(
                f"{self.path} was written by a newer Apollonia (schema {version}, known up to"
                f" {len(self._schema)}): start the newer version, or use another data folder"
            )
        for script in self._schema[version:]:
            for statement in _statements(script):
                raw.execute(statement)
        raw.execute(f"PRAGMA user_version = {len(self._schema)}")

    def _discard(self) -> None:
        raw, self._raw = self._raw, None
        if raw is not None:
            raw.close()


def _in_transaction[T](raw: sqlite3.Connection, work: Work[T]) -> T:
    raw.execute("BEGIN IMMEDIATE")
    try:
        result = work(raw)
        raw.execute("COMMIT")
    except BaseException:
        if raw.in_transaction:
            raw.execute("ROLLBACK")
        raise
    return result


def _statements(script: str) -> Iterator[str]:
    """The script's statements one by one: ``executescript`` would commit before the first."""
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if part.strip() and sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _enter_wal(raw: sqlite3.Connection, deadline: float) -> None:
    """SQLite does not wait for this lock by itself when two processes open a new file at once."""
    while True:
        try:
            raw.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_WAL_RETRY_S)
        else:
            return
