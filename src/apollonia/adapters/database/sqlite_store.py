"""Connections to an SQLite file: one that writes, a few that read."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.engine import URL

from apollonia.adapters.database.lanes import Lane
from apollonia.adapters.database.location import file_of, name_of
from apollonia.adapters.database.sqlite_connection import (
    Setup,
    connect_arguments,
    is_old_sqlite,
    set_up,
)
from apollonia.adapters.database.sqlite_errors import translated
from apollonia.adapters.database.sqlite_mark import mark_of
from apollonia.adapters.database.sqlite_session import SqliteSession
from apollonia.adapters.database.store import DatabaseOptions, Work
from apollonia.errors import CatalogUnavailableError, ConfigurationError


class SqliteStore:
    """``Store`` on an SQLite file: each visit is one to a thread."""

    writers = 1

    def __init__(self, url: URL, options: DatabaseOptions) -> None:
        if is_old_sqlite():
            raise ConfigurationError("this Python's SQLite is older than 3.35: use a newer Python")
        self._url = url
        self._log = Path(f"{file_of(url)}-wal")
        self._options = options
        self._lock = asyncio.Lock()
        self._writer: Lane | None = None
        self._readers: Lane | None = None

    @property
    def name(self) -> str:
        """The file."""
        return name_of(self._url)

    @property
    def is_open(self) -> bool:
        """Whether there are threads."""
        return self._writer is not None

    def mark(self) -> Hashable | None:
        """The state of the write-ahead log's file: every commit appends to it."""
        return mark_of(self._log)

    async def open(self) -> None:
        """Start the threads; each connects when it is first used."""
        if not await asyncio.to_thread(file_of(self._url).exists):
            raise CatalogUnavailableError(f"{self.name} does not exist: run `apollonia migrate`")
        self._writer = self._lane(read_only=False, threads=1)
        self._readers = self._lane(read_only=True, threads=self._options.readers)

    async def close(self) -> None:
        """Close all connections, after what runs on them; idempotent."""
        lanes, self._writer, self._readers = (self._readers, self._writer), None, None
        with suppress(TimeoutError):  # a unit of work that goes on is told that it is over
            async with asyncio.timeout(self._options.busy_timeout_s), self._lock:
                pass
        for lane in lanes:
            if lane is not None:
                await lane.close()

    async def read[T](self, work: Work[T]) -> T:
        """One visit to a reading thread."""
        with translated(self.name):
            return await self._opened(self._readers).transaction(work)

    async def write[T](self, work: Work[T], *, alone: bool = False) -> T:  # noqa: ARG002 - always
        """One visit to the writing thread; as ``writing``."""
        with translated(self.name):
            async with self._lock:
                return await self._opened(self._writer).transaction(work)

    @asynccontextmanager
    async def writing(self, *, alone: bool = False) -> AsyncIterator[SqliteSession]:  # noqa: ARG002 - always
        """One transaction in several visits.

        One writes at a time: within the process by a fair lock, so that nobody starves; between
        processes by SQLite's own, for ``busy_timeout_s`` at most.
        """
        async with self._lock:
            session = SqliteSession(self._opened(self._writer), self.name)
            try:
                await session.begin()
                yield session
                await session.commit()
            finally:
                await session.end()

    def _opened(self, lane: Lane | None) -> Lane:
        if lane is None:
            raise CatalogUnavailableError(f"{self.name} is not open: the process starts or stops")
        return lane

    def _lane(self, *, read_only: bool, threads: int) -> Lane:
        options = self._options
        engine = create_engine(
            self._url,
            pool_size=threads,
            max_overflow=0,
            pool_timeout=options.busy_timeout_s,
            connect_args=connect_arguments(options.busy_timeout_s),
        )
        setup = Setup(
            begin="BEGIN" if read_only or options.over else "BEGIN IMMEDIATE",
            read_only=read_only,
            cache_mib=options.read_cache_mib if read_only else options.write_cache_mib,
            mmap_mib=options.mmap_mib,
            busy_timeout_s=options.busy_timeout_s,
            live=options.over,
        )
        set_up(engine, setup)
        name = "catalog-read" if read_only else "catalog-write"
        return Lane(engine, name=name, threads=threads, patience_s=options.busy_timeout_s)
