"""Taking rows of files that are gone out of the catalog, with everything that hangs on them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import orjson
from sqlalchemy.engine import Connection

from apollonia.adapters.catalog import event_log
from apollonia.adapters.catalog.path_locks import PathLocks
from apollonia.adapters.catalog.shelves import ShelfCounts
from apollonia.adapters.database.bulk import (
    change_by_keys,
    insert_rows,
    replacing,
    run,
    select_by_keys,
)
from apollonia.adapters.database.schema import FILE_TOMBSTONES, PENDING_CHANGES
from apollonia.domain.ids import uuid7
from apollonia.domain.kinds import Availability
from apollonia.domain.paths import display, to_base64
from apollonia.ports.catalog import LoggedEvent

_DUE = (
    "SELECT f.number FROM shelves s CROSS JOIN files f WHERE f.shelf = s.number"
    " AND s.availability = ? AND s.files > 0 AND f.missing_since < ? LIMIT ?"
)
_FIND_ROWS = (
    "SELECT f.number, f.id, f.shelf, f.size, f.duration_ms, f.path_key, f.path,"
    " f.version_timestamp, f.version_message_id, f.missing_since, s.availability"
    " FROM files f JOIN shelves s ON s.number = f.shelf WHERE f."
)
_ROWS = f"{_FIND_ROWS}number IN {{keys}}"
_ROWS_BY_ID = f"{_FIND_ROWS}id IN {{keys}}"
_PARTS = (
    ("file_media", "file"),
    ("file_neighbors", "file"),
    ("file_terms", "file"),
    ("files", "number"),
)
_TOMBSTONE = tuple(column.name for column in FILE_TOMBSTONES.columns)
_CHANGE = tuple(column.name for column in PENDING_CHANGES.columns if column.name != "number")


class _Row(NamedTuple):
    number: int
    id: str
    shelf: int
    size: int
    duration_ms: int
    path_key: bytes
    path: bytes
    version_timestamp: str
    version_message_id: str
    missing_since: str | None
    availability: str

    def is_due(self, before: str) -> bool:
        missing = self.availability == Availability.MISSING
        return missing and self.missing_since is not None and self.missing_since < before


def _logged(row: _Row, now: str) -> LoggedEvent:
    """So that a replay takes it out at the same moment."""
    version = [row.version_timestamp, row.version_message_id]
    path = {"file_path": display(row.path), "file_path_b64": to_base64(row.path)}
    return LoggedEvent(
        event_id=uuid7(),
        entity="purge",
        subject=f"place:{row.id}",
        actor=None,
        timestamp=now,
        received_time=now,
        origin="policy",
        traceparent=None,
        body=orjson.dumps({**path, "version": version}),
    )


def due(connection: Connection, before: str, limit: int) -> Sequence[int]:
    """The numbers of files that are missing since before this time, at most ``limit``."""
    rows = run(connection, _DUE, (Availability.MISSING.value, before, limit))
    return [row[0] for row in rows]


def purge(connection: Connection, numbers: Sequence[int], before: str, now: str) -> int:
    """Take those out that are still due; how many went. The search index follows by itself.

    Each path keeps a tombstone: what is told late about it must not bring the row back.
    """
    found = [_Row(*row) for row in select_by_keys(connection, _ROWS, numbers)]
    if PathLocks().take(connection, [row.path for row in found]):
        found = [_Row(*row) for row in select_by_keys(connection, _ROWS, numbers)]
    rows = [row for row in found if row.is_due(before)]
    counts = ShelfCounts()
    _take_out(connection, rows, counts)
    event_log.append(connection, [_logged(row, now) for row in rows])
    changes = (("file", row.id, "deleted", now) for row in rows)
    insert_rows(connection, "pending_changes", _CHANGE, changes)
    counts.write(connection)
    return len(rows)


def purge_rows(connection: Connection, ids: Iterable[str], counts: ShelfCounts) -> None:
    """Take these out as they are, without telling anybody."""
    rows = [_Row(*row) for row in select_by_keys(connection, _ROWS_BY_ID, ids)]
    _take_out(connection, rows, counts)


def _take_out(connection: Connection, rows: Sequence[_Row], counts: ShelfCounts) -> None:
    for row in rows:
        counts.add(row.shelf, size=row.size, duration_ms=row.duration_ms, sign=-1)
    for table, key in _PARTS:
        statement = f"DELETE FROM {table} WHERE {key} IN {{keys}}"  # noqa: S608 - our names
        change_by_keys(connection, statement, [row.number for row in rows])
    tombstones = (
        (row.path_key, row.path, row.version_timestamp, row.version_message_id) for row in rows
    )
    replace = replacing("path_key", _TOMBSTONE)
    insert_rows(connection, "file_tombstones", _TOMBSTONE, tombstones, otherwise=replace)
