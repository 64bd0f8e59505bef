"""A pool of connections to PostgreSQL, used from the loop by greenlets."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy.engine import URL, Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from apollonia.adapters.database.location import name_of
from apollonia.adapters.database.postgres_connection import (
    READ,
    WRITE,
    WRITE_ALONE,
    commit,
    make_engine,
    roll_back,
    start,
    whole,
)
from apollonia.adapters.database.postgres_errors import is_repeatable, translated
from apollonia.adapters.database.store import DatabaseOptions, Work
from apollonia.errors import CatalogUnavailableError

_TRIES = 4
_PAUSE_S = 0.02


class PostgresSession:
    """``Session`` on PostgreSQL: holds one connection."""

    def __init__(self, connection: AsyncConnection, name: str) -> None:
        self._connection: AsyncConnection | None = connection
        self._name = name
        self._last: list[Work[None]] = []

    async def visit[T](self, work: Work[T]) -> T:
        """What ``work`` gives, within the transaction."""
        if self._connection is None:
            raise RuntimeError("this transaction is over")
        with translated(self._name):
            return await self._connection.run_sync(work)

    def before_commit(self, work: Work[None]) -> None:
        """Do this last, in the visit that commits."""
        self._last.append(work)

    async def commit(self) -> None:
        """Make it last."""

        def last(connection: Connection) -> None:
            for work in self._last:
                work(connection)
            commit(connection)

        await self.visit(last)
        self._connection = None

    async def end(self) -> None:
        """Roll back what was not committed."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.run_sync(roll_back)


class PostgresStore:
    """``Store`` on PostgreSQL; several may write at once."""

    writers = 2  # while the server works for one, or the network is on its way, we do for the other

    def __init__(self, url: URL, options: DatabaseOptions) -> None:
        self._url = url
        self._options = options
        self._engine: AsyncEngine | None = None
        self._in_use = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def name(self) -> str:
        """Server and database."""
        return name_of(self._url)

    @property
    def is_open(self) -> bool:
        """Whether there is a pool."""
        return self._engine is not None

    def mark(self) -> None:
        """A server tells nobody of commits unless it is asked."""

    async def open(self) -> None:
        """Make the pool; it connects when it is first used."""
        self._engine = make_engine(self._url, self._options)

    async def close(self) -> None:
        """Close all connections, after what runs on them; idempotent."""
        engine, self._engine = self._engine, None
        if engine is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._options.busy_timeout_s):
                    await self._idle.wait()
            await engine.dispose()

    async def read[T](self, work: Work[T]) -> T:
        """One transaction that reads."""
        return await self._repeated(whole(READ, work))

    async def write[T](self, work: Work[T], *, alone: bool = False) -> T:
        """One transaction; done again after a deadlock."""
        return await self._repeated(whole(WRITE_ALONE if alone else WRITE, work))

    @asynccontextmanager
    async def writing(self, *, alone: bool = False) -> AsyncIterator[PostgresSession]:
        """One transaction in several visits, on one connection."""
        async with self._connected() as connection:
            session = PostgresSession(connection, self.name)
            try:
                await session.visit(lambda at: start(at, WRITE_ALONE if alone else WRITE))
                yield session
                await session.commit()
            finally:
                await session.end()

    async def _repeated[T](self, transaction: Work[T]) -> T:
        tries = 1
        while True:
            try:
                with translated(self.name):
                    async with self._connected() as connection:
                        return await connection.run_sync(transaction)
            except CatalogUnavailableError as error:
                if tries >= _TRIES or error.__cause__ is None or not is_repeatable(error.__cause__):
                    raise
            await asyncio.sleep(random.uniform(0.5, 1.5) * _PAUSE_S * 2**tries)  # noqa: S311 - jitter
            tries += 1

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        engine = self._engine
        if engine is None:
            raise CatalogUnavailableError(f"{self.name} is not open: the process starts or stops")
        with translated(self.name):
            connection = await engine.connect()
        self._count(1)
        try:
            yield connection
        finally:
            if self._engine is not engine:  # the pool is gone: nobody else would close it
                await asyncio.shield(connection.invalidate())
            await asyncio.shield(connection.close())
            self._count(-1)

    def _count(self, more: int) -> None:
        self._in_use += more
        if self._in_use:
            self._idle.clear()
        else:
            self._idle.set()
