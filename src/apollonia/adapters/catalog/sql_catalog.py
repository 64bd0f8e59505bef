"""The write side of the catalog on an SQL database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from apollonia.adapters.catalog import changes, purging
from apollonia.adapters.catalog.unit_of_work import SqlUnitOfWork
from apollonia.adapters.database.bulk import run
from apollonia.adapters.database.engine import Database
from apollonia.messages import Change
from apollonia.ports.catalog import UnitOfWork


class SqlCatalog:
    """``Catalog`` of ``ports/catalog.py``; the database is opened and closed by whoever made it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._told = 0

    @property
    def writers(self) -> int:
        """One where the database lets one write at a time."""
        return self._database.writers

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        """A transaction: committed when the block ends, rolled back when it raises."""
        async with self._database.writing() as session:
            yield SqlUnitOfWork(session)

    async def relay_changes(self, limit: int) -> Sequence[Change]:
        """Give the next committed changes their positions, at most ``limit``; oldest first."""
        if not await self._database.recall("pending changes", changes.any_pending):
            return ()  # without waiting for those who write
        return await self._database.write(lambda at: changes.give_positions(at, limit))

    async def changes(self, after: int, limit: int) -> Sequence[Change]:
        """Changes with positions greater than ``after``, in order."""
        key = ("changes", after, limit)
        found = await self._database.recall(key, lambda at: changes.changes_after(at, after, limit))
        if found:
            self._database.note_seen()
        return found

    async def position(self) -> int:
        """The newest position given; 0 at first."""
        position = await self._number("SELECT position FROM relay")
        if position != self._told:
            self._told = position
            self._database.note_seen()
        return position

    async def oldest_position(self) -> int:
        """The oldest position still kept; 0 when none."""
        return await self._number("SELECT coalesce(min(position), 0) FROM changes")

    async def published_position(self) -> int:
        """Up to where the relay has published."""
        return await self._number("SELECT published FROM relay")

    async def mark_published(self, position: int) -> None:
        """Everything up to here is published."""
        await self._database.write(lambda at: changes.publish(at, position))

    async def prune_changes(self, keep: int) -> int:
        """Drop published changes but the newest ``keep``; how many went."""
        total = 0
        while True:
            gone = await self._database.write(lambda at: changes.prune(at, keep))
            if not gone:
                return total
            total += gone

    async def purge_missing(self, before: str, now: str, limit: int) -> int:
        """Take files out that are missing since before ``before``; found without the write lock."""
        while due := await self._database.read(lambda at: purging.due(at, before, limit)):
            numbers = due
            gone = await self._database.write(
                lambda at: purging.purge(at, numbers, before, now)  # noqa: B023 - awaited at once
            )
            if gone:  # else all of them returned in between: others may be due
                return gone
        return 0

    async def ping(self) -> None:
        """Raise unless the database answers with our schema."""
        await self._database.ping()

    async def close(self) -> None:
        """Nothing of its own: the database is closed by whoever opened it."""

    async def _number(self, sql: str) -> int:
        rows = await self._database.recall(sql, lambda at: run(at, sql))
        return int(rows[0][0])
