"""A transaction that stays open between visits to the writing thread."""

from typing import TYPE_CHECKING

from apollonia.adapters.database.lanes import Lane
from apollonia.adapters.database.sqlite_errors import translated
from apollonia.adapters.database.store import Work

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


class SqliteSession:
    """``Session`` on SQLite."""

    def __init__(self, lane: Lane, name: str) -> None:
        self._lane = lane
        self._name = name
        self._connection: Connection | None = None
        self._last: list[Work[None]] = []

    async def visit[T](self, work: Work[T]) -> T:
        """What ``work`` gives, within the transaction, in one visit to the thread."""
        connection = self._connection
        if connection is None:
            raise RuntimeError("this transaction is over")
        with translated(self._name):
            return await self._lane.visit(lambda: work(connection))

    def before_commit(self, work: Work[None]) -> None:
        """Do this last, in the visit that commits."""
        self._last.append(work)

    async def begin(self) -> None:
        """Start it, and hold the database's lock for writers."""

        def begin() -> None:
            self._connection = self._lane.begun()

        with translated(self._name):
            await self._lane.visit(begin)

    async def commit(self) -> None:
        """Make it last; ``end`` follows."""

        def commit(connection: "Connection") -> None:
            for work in self._last:
                work(connection)
            connection.commit()

        await self.visit(commit)

    async def end(self) -> None:
        """Give the connection back; rolls back what was not committed."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with translated(self._name):
                await self._lane.visit(lambda: self._lane.ended(connection))
