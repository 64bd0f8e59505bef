"""A transaction that stays open between visits to the writing thread."""

from typing import TYPE_CHECKING

from apollonia.adapters.database.errors import translated
from apollonia.adapters.database.lanes import Lane, Work

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


class Session:
    """What ``Database.writing`` gives; worthless after its block."""

    def __init__(self, lane: Lane, name: str) -> None:
        self._lane = lane
        self._name = name
        self._connection: Connection | None = None

    async def visit[T](self, work: Work[T]) -> T:
        """What ``work`` gives, within the transaction, in one visit to the thread.

        Raises:
            CatalogUnavailableError: the database is away.
        """
        connection = self._connection
        if connection is None:
            raise RuntimeError("this transaction is over")
        with translated(self._name):
            return await self._lane.visit(lambda: work(connection))

    async def begin(self) -> None:
        """Start it, and hold the database's lock for writers."""

        def begin() -> None:
            self._connection = self._lane.begun()

        with translated(self._name):
            await self._lane.visit(begin)

    async def commit(self) -> None:
        """Make it last; ``end`` follows."""
        await self.visit(lambda connection: connection.commit())

    async def end(self) -> None:
        """Give the connection back; rolls back what was not committed."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with translated(self._name):
                await self._lane.visit(lambda: self._lane.ended(connection))
