"""Taking events out of the log of files that nothing follows from any more."""

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import change_by_keys, run

_PLACES = 2_000
_NEXT = "SELECT id FROM files WHERE id > ? ORDER BY id LIMIT ?"
_OVER = "row_number() OVER (PARTITION BY place_id"
_SPENT = (
    "SELECT event_id FROM (SELECT event_id, event_type, timestamp, place_id,"  # noqa: S608 - ours
    f" {_OVER} ORDER BY timestamp, event_id) AS oldest,"
    f" {_OVER} ORDER BY timestamp DESC, event_id DESC) AS newest,"
    f" {_OVER}, event_type = 'IN_DELETE' ORDER BY timestamp DESC, event_id DESC) AS newest_there,"
    " sum(CASE WHEN event_type = 'IN_MOVED_TO' THEN 1 ELSE 0 END)"
    " OVER (PARTITION BY place_id) AS moves"
    " FROM file_events WHERE place_id > ? AND place_id <= ?) AS told"
    " WHERE event_type IN ('IN_CREATE', 'IN_CLOSE_WRITE') AND timestamp < ?"
    " AND oldest > 1 AND newest > 1 AND newest_there > 1 AND moves = 0"
    " AND NOT EXISTS (SELECT 1 FROM events e"
    " WHERE e.subject = 'place:' || told.place_id AND e.entity = 'purge')"
)
_DELETE = "DELETE FROM file_events WHERE event_id IN {keys}"
_GUARD = (
    "CREATE TRIGGER file_events_no_delete BEFORE DELETE ON file_events"
    " BEGIN SELECT RAISE(ABORT, 'file_events is append-only'); END"
)


def next_places(connection: Connection, after: str) -> str | None:
    """The last id of the next 2,000 files; ``None``: there are no more."""
    rows = run(connection, _NEXT, (after, _PLACES))
    return rows[-1][0] if rows else None


def spent(connection: Connection, after: str, last: str, before: str) -> Sequence[str]:
    """Events of these files, older than ``before``, that a replay does without.

    Each file keeps its first event, its newest one, the newest that tells its facts, and all of its
    deletions. Files that ever moved or were purged keep everything.
    """
    return [row[0] for row in run(connection, _SPENT, (after, last, before))]


def take_out(connection: Connection, event_ids: Sequence[str]) -> None:
    """Within a transaction that nobody else writes beside: the log is closed again at its end."""
    if connection.dialect.name == "sqlite":
        run(connection, "DROP TRIGGER file_events_no_delete")
        change_by_keys(connection, _DELETE, event_ids)
        run(connection, _GUARD)
        return
    run(connection, "ALTER TABLE file_events DISABLE TRIGGER file_events_append_only")
    change_by_keys(connection, _DELETE, event_ids)
    run(connection, "ALTER TABLE file_events ENABLE TRIGGER file_events_append_only")
