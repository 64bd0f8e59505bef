"""The catalog's database, as everything that works on it sees it."""

from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.engine import URL

from apollonia.adapters.database.location import is_sqlite, parse_url
from apollonia.adapters.database.memory import Memory
from apollonia.adapters.database.revision import check_revision
from apollonia.adapters.database.sqlite_store import SqliteStore
from apollonia.adapters.database.store import DatabaseOptions, Session, Store, Work


class Database:
    """``open`` before use, ``close`` at the end; used from one event loop.

    Everything that goes wrong with the database itself is a ``CatalogUnavailableError``. ``work``
    is a plain function of a connection, run in a thread on SQLite and as a greenlet of the loop on
    PostgreSQL: it uses the connection through ``bulk`` alone, and needs nothing from the loop.
    """

    def __init__(self, url: str | Path, *, options: DatabaseOptions | None = None) -> None:
        """Nothing is touched yet; a path is the file's.

        Raises:
            ConfigurationError: the URL names no database that we can use.
        """
        parsed = parse_url(url)
        self._store = _store(parsed, options or DatabaseOptions())
        self._memory = Memory(self._store.mark)
        self._seen = 0

    @property
    def name(self) -> str:
        """What messages call it."""
        return self._store.name

    @property
    def writers(self) -> int:
        """How many transactions that write are worth having under way at once."""
        return self._store.writers

    @property
    def seen(self) -> int:
        """Another number whenever this process has written, or ``note_seen`` was called."""
        return self._seen

    def note_seen(self) -> None:
        """Something was read here that later reads from a replica must not be behind."""
        self._seen += 1

    async def open(self) -> None:
        """Connect, and check that the schema is ours.

        Raises:
            CatalogUnavailableError: it cannot be opened, or has not been migrated.
            ConfigurationError: it was written by a newer version.
        """
        if self._store.is_open:
            return
        try:
            await self._store.open()
            await self.ping()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close all connections, after what runs on them; idempotent."""
        await self._store.close()

    async def ping(self) -> None:
        """Raise unless the database answers with our schema."""
        await self._store.read(lambda connection: check_revision(connection, self.name))

    async def read[T](self, work: Work[T]) -> T:
        """What ``work`` gives, from one view of the committed state; for reads only."""
        return await self._store.read(work)

    async def recall[T](self, key: Hashable, work: Work[T]) -> T:
        """As ``read``, for those who ask again and again: nothing is read while nobody commits.

        ``key`` stands for ``work`` with all that it depends on but the time: every 5 s it is read
        in any case. On PostgreSQL it is a plain ``read``.
        """
        return await self._memory.recall(key, lambda: self.read(work))

    async def write[T](self, work: Work[T], *, alone: bool = False) -> T:
        """What ``work`` gives, as one transaction: rolled back when it raises.

        ``alone``: nobody else writes from its beginning to its end.

        On PostgreSQL it runs again, a few times at most, after a deadlock or when another writer
        came in between.
        """
        try:
            return await self._store.write(work, alone=alone)
        finally:
            self.note_seen()

    @asynccontextmanager
    async def writing(self, *, alone: bool = False) -> AsyncIterator[Session]:
        """One transaction in several visits: committed at the end, rolled back when it raises.

        ``alone``: as for ``write``.
        """
        try:
            async with self._store.writing(alone=alone) as session:
                yield session
        finally:
            self.note_seen()


def _store(url: URL, options: DatabaseOptions) -> Store:
    if is_sqlite(url):
        return SqliteStore(url, options)
    from apollonia.adapters.database.postgres_store import PostgresStore  # noqa: PLC0415 - asyncpg only where it is used

    return PostgresStore(url, options)
