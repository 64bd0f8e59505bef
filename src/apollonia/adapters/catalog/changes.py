"""The changes in their order: positions given by the relay, after the commit."""

from collections.abc import Sequence
from operator import itemgetter

from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import AnyRow, insert_rows, lock_names, run
from apollonia.messages import Change

_PRUNE_ROWS = 5_000

_COLUMNS = ("position", "entity", "id", "op", "timestamp")
_ANY_PENDING = "SELECT 1 FROM pending_changes LIMIT 1"
_TAKE = (
    "DELETE FROM pending_changes WHERE number IN"
    " (SELECT number FROM pending_changes ORDER BY number LIMIT ?)"
    " RETURNING number, entity, id, op, timestamp"
)
_ADVANCE = "UPDATE relay SET position = position + ? RETURNING position"
_AFTER = (
    "SELECT position, entity, id, op, timestamp FROM changes WHERE position > ?"
    " ORDER BY position LIMIT ?"
)
_PUBLISH = (
    "UPDATE relay SET published = CASE WHEN ? < position THEN ? ELSE position END"
    " WHERE published < ?"
)
_PRUNE = (
    "DELETE FROM changes WHERE position <= (SELECT published FROM relay)"
    " AND position <= (SELECT position FROM relay) - ?"
    " AND position < (SELECT min(position) FROM changes) + ? RETURNING position"
)
_RELAY = "changes relay"


def any_pending(connection: Connection) -> bool:
    """Whether changes wait for their positions."""
    return bool(run(connection, _ANY_PENDING))


def give_positions(connection: Connection, limit: int) -> Sequence[Change]:
    """Move the next changes behind those that have positions; runs in a writing transaction.

    One relay at a time, so that positions follow one another and whoever sees one sees all below.
    """
    lock_names(connection, _RELAY)
    taken = sorted(run(connection, _TAKE, (limit,)), key=itemgetter(0))
    if not taken:
        return ()
    last = run(connection, _ADVANCE, (len(taken),))[0][0]
    rows = [(at, *row[1:]) for at, row in enumerate(taken, last - len(taken) + 1)]
    insert_rows(connection, "changes", _COLUMNS, rows)
    return tuple(map(_change, rows))


def changes_after(connection: Connection, after: int, limit: int) -> Sequence[Change]:
    """Changes with positions greater than ``after``, in order."""
    return tuple(map(_change, run(connection, _AFTER, (after, limit))))


def publish(connection: Connection, position: int) -> None:
    """Everything up to here is published; never goes back, nor beyond what was given."""
    run(connection, _PUBLISH, (position, position, position))


def prune(connection: Connection, keep: int) -> int:
    """Drop the oldest published changes, at most 5,000 at a time; how many went."""
    return len(run(connection, _PRUNE, (keep, _PRUNE_ROWS)))


def _change(row: AnyRow) -> Change:
    return Change.model_construct(
        position=row[0], entity=row[1], id=row[2], op=row[3], timestamp=row[4]
    )
