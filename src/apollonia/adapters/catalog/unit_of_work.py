"""One transaction on the catalog."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog import analyses, event_log
from apollonia.adapters.catalog.path_locks import PathLocks
from apollonia.adapters.catalog.places import save_places
from apollonia.adapters.catalog.shelves import ShelfCounts
from apollonia.adapters.catalog.stored_places import read_places
from apollonia.adapters.database.bulk import (
    AnyRow,
    Values,
    change_by_keys,
    ignoring,
    insert_rows,
    replacing,
    select_by_keys,
)
from apollonia.adapters.database.driver import Otherwise
from apollonia.adapters.database.schema import (
    FILE_EVENTS,
    FILE_TOMBSTONES,
    PENDING_CHANGES,
)
from apollonia.adapters.database.store import Session
from apollonia.adapters.dead_letters.keeping import keep
from apollonia.domain.analysis import Recorded
from apollonia.domain.facts import Facts
from apollonia.domain.ordering import Version
from apollonia.domain.paths import path_key
from apollonia.domain.place import Place, Tombstone
from apollonia.ports.analyses import ContentState, StoredResult
from apollonia.ports.catalog import DeadLetter, LoggedEvent, PendingChange, StoredEvent

_EVENT = tuple(column.name for column in FILE_EVENTS.columns)
_TOMBSTONE = tuple(column.name for column in FILE_TOMBSTONES.columns)
_CHANGE = tuple(column.name for column in PENDING_CHANGES.columns if column.name != "number")


class SqlUnitOfWork:
    """What ``SqlCatalog.begin`` gives; worthless after its block. One visit for each call.

    Where several write at once it has the paths that it asked for to itself until its end.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._counts = ShelfCounts()
        self._locks = PathLocks()
        session.before_commit(self._counts.write)

    async def known_events(self, event_ids: Collection[str]) -> frozenset[str]:
        """Which of these events the log has already."""
        statement = "SELECT event_id FROM file_events WHERE event_id IN {keys}"
        rows = await self._session.visit(lambda at: select_by_keys(at, statement, event_ids))
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
        await self._insert("file_events", _EVENT, rows, ignoring("event_id"))

    async def log_events(self, events: Sequence[LoggedEvent]) -> None:
        """Append what is about no path."""
        await self._session.visit(lambda at: event_log.append(at, events))

    async def places_at(self, paths: Collection[bytes]) -> Mapping[bytes, Place]:
        """The places at these paths."""

        def read(at: Connection) -> dict[int, Place]:
            self._locks.take(at, paths)
            return read_places(at, "path_key", map(path_key, paths))

        found = await self._session.visit(read)
        return {place.path: place for place in found.values()}

    async def places_by_id(self, ids: Collection[str]) -> Mapping[str, Place]:
        """The places with these ids."""

        def read(at: Connection) -> dict[int, Place]:
            found = read_places(at, "id", ids)
            while self._locks.take(at, [place.path for place in found.values()]):
                found = read_places(at, "id", ids)  # meanwhile it may have moved elsewhere
            return found

        found = await self._session.visit(read)
        return {place.id: place for place in found.values()}

    async def tombstones_at(self, paths: Collection[bytes]) -> Mapping[bytes, Tombstone]:
        """What is left of places that were moved away from these paths."""
        statement = (
            "SELECT path, timestamp, message_id FROM file_tombstones WHERE path_key IN {keys}"
        )

        def read(at: Connection) -> Sequence[AnyRow]:
            self._locks.take(at, paths)
            return select_by_keys(at, statement, map(path_key, paths))

        rows = await self._session.visit(read)
        return {path: Tombstone(path, Version(time, message)) for path, time, message in rows}

    async def save_places(self, places: Sequence[Place]) -> None:
        """Insert or replace by id, with their search index and neighbours."""

        def save(at: Connection) -> None:
            self._locks.take(at, [place.path for place in places])
            save_places(at, places, self._counts)

        await self._session.visit(save)

    async def save_tombstones(self, tombstones: Sequence[Tombstone]) -> None:
        """Insert or replace by path."""
        rows = (
            (path_key(it.path), it.path, it.version.timestamp, it.version.message_id)
            for it in tombstones
        )
        replace = replacing("path_key", _TOMBSTONE)
        await self._insert("file_tombstones", _TOMBSTONE, rows, replace)

    async def delete_tombstones(self, paths: Collection[bytes]) -> None:
        """Forget them: a file is there again."""
        statement = "DELETE FROM file_tombstones WHERE path_key IN {keys}"
        keys = map(path_key, paths)
        await self._session.visit(lambda at: change_by_keys(at, statement, keys))

    async def record_changes(self, changes: Sequence[PendingChange]) -> None:
        """What this unit of work changed, for the relay."""
        rows = ((it.entity, it.id, it.op, it.timestamp) for it in changes)
        await self._insert("pending_changes", _CHANGE, rows)

    async def save_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        """Keep for people to look at; the same failure told again is ignored."""
        await self._session.visit(lambda at: keep(at, letters))

    async def recorded_analyses(self, sha256s: Collection[str]) -> Mapping[str, Sequence[Recorded]]:
        """All results of these contents, which nobody else judges from here on."""

        def read(at: Connection) -> Mapping[str, Sequence[Recorded]]:
            analyses.lock_contents(at, sha256s)
            return analyses.recorded(at, sha256s)

        return await self._session.visit(read)

    async def save_results(self, results: Sequence[StoredResult]) -> None:
        """Insert by (content, analyser, version)."""
        await self._session.visit(lambda at: analyses.save_results(at, results))

    async def content_facts(self, sha256s: Collection[str]) -> Mapping[str, Facts]:
        """What all results of these contents say together."""
        return await self._session.visit(lambda at: analyses.content_facts(at, sha256s))

    async def content_states(self, sha256s: Collection[str]) -> Mapping[str, ContentState]:
        """How far these contents are."""

        def read(at: Connection) -> Mapping[str, ContentState]:
            analyses.lock_contents(at, sha256s)
            return analyses.content_states(at, sha256s)

        return await self._session.visit(read)

    async def save_content_states(self, states: Sequence[ContentState]) -> Sequence[str]:
        """Keep them, and bring their files to them; the ids of the files that changed."""

        def save(at: Connection) -> Sequence[str]:
            analyses.lock_contents(at, [it.sha256_hash for it in states])
            return analyses.save_content_states(at, states, self._locks)

        return await self._session.visit(save)

    async def _insert(
        self,
        table: str,
        columns: tuple[str, ...],
        rows: Iterable[Values],
        otherwise: Otherwise | None = None,
    ) -> None:
        """The rows are built in the thread, too."""
        await self._session.visit(
            lambda at: insert_rows(at, table, columns, rows, otherwise=otherwise)
        )
