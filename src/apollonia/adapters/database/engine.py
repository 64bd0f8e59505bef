"""Connections to the catalog's database: one that writes, a few that read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine

from apollonia.adapters.database.errors import translated
from apollonia.adapters.database.lanes import Lane, Work
from apollonia.adapters.database.location import file_of, name_of, parse_url
from apollonia.adapters.database.revision import check_revision
from apollonia.adapters.database.session import Session
from apollonia.adapters.database.sqlite_connection import (
    Setup,
    connect_arguments,
    is_old_sqlite,
    set_up,
)
from apollonia.errors import CatalogUnavailableError, ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseOptions:
    """Times in seconds, sizes in MiB (per connection)."""

    readers: int = 4
    busy_timeout_s: float = 10.0
    write_cache_mib: int = 128
    read_cache_mib: int = 16
    mmap_mib: int = 1024


class Database:
    """``open`` before use, ``close`` at the end; used from one event loop.

    Everything that goes wrong with the database itself is a ``CatalogUnavailableError``.
    """

    def __init__(self, url: str | Path, *, options: DatabaseOptions | None = None) -> None:
        """Nothing is touched yet; a path is the file's.

        Raises:
            ConfigurationError: the URL names no database that we can use.
        """
        if is_old_sqlite():
            raise ConfigurationError("this Python's SQLite is older than 3.35: use a newer Python")
        self._url = parse_url(url)
        self._options = options or DatabaseOptions()
        self._lock = asyncio.Lock()
        self._writer: Lane | None = None
        self._readers: Lane | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return name_of(self._url)

    async def open(self) -> None:
        """Connect, and check that the schema is ours.

        Raises:
            CatalogUnavailableError: it cannot be opened, or has not been migrated.
            ConfigurationError: it was written by a newer version.
        """
        if self._writer is not None:
            return
        if not await asyncio.to_thread(file_of(self._url).exists):
            raise CatalogUnavailableError(f"{self.name} does not exist: run `apollonia migrate`")
        self._writer = self._lane(read_only=False, threads=1)
        self._readers = self._lane(read_only=True, threads=self._options.readers)
        try:
            await self.ping()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close all connections, after what runs on them; idempotent."""
        lanes, self._writer, self._readers = (self._readers, self._writer), None, None
        with suppress(TimeoutError):  # a unit of work that goes on is told that it is over
            async with asyncio.timeout(self._options.busy_timeout_s), self._lock:
                pass
        for lane in lanes:
            if lane is not None:
                await lane.close()

    async def ping(self) -> None:
        """Raise unless the database answers with our schema."""
        await self.read(lambda connection: check_revision(connection, self.name))

    async def read[T](self, work: Work[T]) -> T:
        """What ``work`` gives, from one view of the committed state; for reads only.

        It runs in a thread, as one visit: all that it needs from the loop comes with it.
        """
        with translated(self.name):
            return await self._opened(self._readers).transaction(work)

    async def write[T](self, work: Work[T]) -> T:
        """What ``work`` gives, as one transaction: rolled back when it raises; as ``writing``."""
        with translated(self.name):
            async with self._lock:
                return await self._opened(self._writer).transaction(work)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Session]:
        """One transaction in several visits: committed at the end, rolled back when it raises.

        One writes at a time: within the process by a fair lock, so that nobody starves; between
        processes by SQLite's own, for ``busy_timeout_s`` at most.
        """
        async with self._lock:
            session = Session(self._opened(self._writer), self.name)
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
            begin="BEGIN" if read_only else "BEGIN IMMEDIATE",
            read_only=read_only,
            cache_mib=options.read_cache_mib if read_only else options.write_cache_mib,
            mmap_mib=options.mmap_mib,
            busy_timeout_s=options.busy_timeout_s,
        )
        set_up(engine, setup)
        name = "catalog-read" if read_only else "catalog-write"
        return Lane(engine, name=name, threads=threads, patience_s=options.busy_timeout_s)
