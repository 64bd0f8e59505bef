"""Connections to the catalog's database: one that writes, a few that read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from apollonia.adapters.database.errors import translated
from apollonia.adapters.database.location import file_of, name_of, parse_url
from apollonia.adapters.database.revision import check_revision
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

    def __init__(self, url: str, *, options: DatabaseOptions | None = None) -> None:
        """Nothing is touched yet.

        Raises:
            ConfigurationError: the URL names no database that we can use.
        """
        if is_old_sqlite():
            raise ConfigurationError("this Python's SQLite is older than 3.35: use a newer Python")
        self._url = parse_url(url)
        self._options = options or DatabaseOptions()
        self._lock = asyncio.Lock()
        self._writer: AsyncEngine | None = None
        self._readers: AsyncEngine | None = None

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
        self._writer = self._engine(read_only=False, size=1)
        self._readers = self._engine(read_only=True, size=self._options.readers)
        try:
            await self.ping()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close all connections; idempotent."""
        engines, self._writer, self._readers = (self._readers, self._writer), None, None
        for engine in engines:
            if engine is not None:
                await engine.dispose()

    async def ping(self) -> None:
        """Raise unless the database answers with our schema."""
        async with self.reading() as connection:
            await check_revision(connection, self.name)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """One view of the committed state for all statements of the block; for reads only."""
        with translated(self.name):
            async with self._opened(self._readers).begin() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed at the end, rolled back when the block raises.

        One writes at a time: within the process by a fair lock, so that nobody starves; between
        processes by SQLite's own, for ``busy_timeout_s`` at most.
        """
        with translated(self.name):
            async with self._lock, self._opened(self._writer).begin() as connection:
                yield connection

    def _opened(self, engine: AsyncEngine | None) -> AsyncEngine:
        if engine is None:
            raise CatalogUnavailableError(f"{self.name} is not open: the process starts or stops")
        return engine

    def _engine(self, *, read_only: bool, size: int) -> AsyncEngine:
        options = self._options
        engine = create_async_engine(
            self._url,
            pool_size=size,
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
        set_up(engine.sync_engine, setup)
        return engine


async def scalar(connection: AsyncConnection, sql: str, **values: object) -> object:
    """The first column of the first row, or ``None``."""
    return (await connection.execute(text(sql), values)).scalar()
