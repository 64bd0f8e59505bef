"""One transaction on the catalog."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from apollonia.adapters.catalog.folding import clean
from apollonia.adapters.catalog.places import save_places
from apollonia.adapters.catalog.shelves import ShelfCounts
from apollonia.adapters.catalog.stored_places import read_places
from apollonia.adapters.database.bulk import (
    change_by_keys,
    insert_rows,
    replacing,
    select_by_keys,
)
from apollonia.adapters.database.schema import (
    DEAD_LETTERS,
    FILE_EVENTS,
    FILE_TOMBSTONES,
    PENDING_CHANGES,
)
from apollonia.domain.ordering import Version
from apollonia.domain.paths import path_key
from apollonia.domain.place import Place, Tombstone
from apollonia.ports.catalog import DeadLetter, PendingChange, StoredEvent

_EVENT = tuple(column.name for column in FILE_EVENTS.columns)
_TOMBSTONE = tuple(column.name for column in FILE_TOMBSTONES.columns)
_CHANGE = tuple(column.name for column in PENDING_CHANGES.columns if column.name != "number")
_LETTER = tuple(column.name for column in DEAD_LETTERS.columns)


class SqlUnitOfWork:
    """What ``SqlCatalog.begin`` gives; worthless after its block."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._counts = ShelfCounts()

    async def known_events(self, event_ids: Collection[str]) -> frozenset[str]:
        """Which of these events the log has already."""
        statement = "SELECT event_id FROM file_events WHERE event_id IN {keys}"
        rows = await select_by_keys(self._connection, statement, event_ids)
        return frozenset(row[0] for row in rows)

    async def append_events(self, events: Sequence[StoredEvent]) -> None:
        """Append to the log; ids that it has are ignored."""
        rows = (
            (
                event.event_id,
                event.place_id,
                event.path,
                event.event_type,
                event.timestamp,
                event.received_time,
                event.origin,
                event.traceparent,
                event.body,
            )
            for event in events
        )
        ignore = " ON CONFLICT (event_id) DO NOTHING"
        await insert_rows(self._connection, "file_events", _EVENT, rows, otherwise=ignore)

    async def places_at(self, paths: Collection[bytes]) -> Mapping[bytes, Place]:
        """The places at these paths."""
        found = await read_places(self._connection, "path_key", map(path_key, paths))
        return {place.path: place for place in found.values()}

    async def places_by_id(self, ids: Collection[str]) -> Mapping[str, Place]:
        """The places with these ids."""
        found = await read_places(self._connection, "id", ids)
        return {place.id: place for place in found.values()}

    async def tombstones_at(self, paths: Collection[bytes]) -> Mapping[bytes, Tombstone]:
        """What is left of places that were moved away from these paths."""
        statement = (
            "SELECT path, timestamp, message_id FROM file_tombstones WHERE path_key IN {keys}"
        )
        rows = await select_by_keys(self._connection, statement, map(path_key, paths))
        return {path: Tombstone(path, Version(time, message)) for path, time, message in rows}

    async def save_places(self, places: Sequence[Place]) -> None:
        """Insert or replace by id, with their search index and neighbours."""
        await save_places(self._connection, places, self._counts)

    async def save_tombstones(self, tombstones: Sequence[Tombstone]) -> None:
        """Insert or replace by path."""
        rows = (
            (path_key(it.path), it.path, it.version.timestamp, it.version.message_id)
            for it in tombstones
        )
        replace = replacing("path_key", _TOMBSTONE)
        await insert_rows(self._connection, "file_tombstones", _TOMBSTONE, rows, otherwise=replace)

    async def delete_tombstones(self, paths: Collection[bytes]) -> None:
        """Forget them: a file is there again."""
        statement = "DELETE FROM file_tombstones WHERE path_key IN {keys}"
        await change_by_keys(self._connection, statement, map(path_key, paths))

    async def record_changes(self, changes: Sequence[PendingChange]) -> None:
        """What this unit of work changed, for the relay."""
        rows = ((it.entity, it.id, it.op, it.timestamp) for it in changes)
        await insert_rows(self._connection, "pending_changes", _CHANGE, rows)

    async def save_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        """Keep for people to look at; those that are there already are ignored."""
        rows = (
            (
                it.queue,
                it.message_id,
                it.schema,
                it.body,
                clean(it.reason),
                clean(it.error),
                it.attempts,
                it.time,
            )
            for it in letters
        )
        ignore = " ON CONFLICT (queue, message_id) DO NOTHING"
        await insert_rows(self._connection, "dead_letters", _LETTER, rows, otherwise=ignore)
