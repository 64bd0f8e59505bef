"""``History`` on an SQL database."""

from collections.abc import Sequence

from apollonia.adapters.catalog.compacting import next_places, spent, take_out
from apollonia.adapters.catalog.event_log import events_of
from apollonia.adapters.database.bulk import run
from apollonia.adapters.database.engine import Database
from apollonia.adapters.database.schema import FILE_EVENTS
from apollonia.adapters.database.store import Reads
from apollonia.ports.catalog import LoggedEvent, StoredEvent

_MOST = 10_000
_COLUMNS = tuple(column.name for column in FILE_EVENTS.columns)
_OF_PLACE = (
    f"SELECT {', '.join(_COLUMNS)} FROM file_events WHERE place_id = ?"  # noqa: S608 - our names
    f" ORDER BY timestamp DESC, event_id DESC LIMIT {_MOST}"
)


class SqlCompaction:
    """``Compaction`` of ``ports/history.py``, some thousand files at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def compact(self, before: str) -> int:
        """What is found without a lock is still spent when it goes: newer events only add to it."""
        after, gone = "", 0
        while (last := await self._database.read(lambda at: next_places(at, after))) is not None:  # noqa: B023 - awaited at once
            ids = await self._database.read(lambda at: spent(at, after, last, before))  # noqa: B023 - awaited at once
            if ids:
                await self._database.write(lambda at: take_out(at, ids), alone=True)  # noqa: B023 - awaited at once
            after, gone = last, gone + len(ids)
        return gone


class SqlHistory:
    """``History`` of ``ports/history.py``; the database is closed by whoever opened it."""

    def __init__(self, database: Reads) -> None:
        self._database = database

    async def file_events(self, place_id: str) -> Sequence[StoredEvent]:
        """From an index, oldest first."""
        rows = await self._database.read(lambda at: run(at, _OF_PLACE, (place_id,)))
        return [StoredEvent(**dict(zip(_COLUMNS, row, strict=True))) for row in reversed(rows)]

    async def events(self, subject: str, limit: int) -> Sequence[LoggedEvent]:
        """From an index, newest first."""
        return await self._database.read(lambda at: events_of(at, subject, limit))
