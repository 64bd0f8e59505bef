"""The changes in their order: positions given by the relay, after the commit."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.engine import Connection

from apollonia.messages import Change

_PRUNE_ROWS = 5_000

_ANY_PENDING = text("SELECT 1 FROM pending_changes LIMIT 1")
_GIVE = text(
    "INSERT INTO changes (position, entity, id, op, timestamp)"
    " SELECT relay.position + row_number() OVER (ORDER BY next.number),"
    " next.entity, next.id, next.op, next.timestamp FROM relay,"
    " (SELECT * FROM pending_changes ORDER BY number LIMIT :limit) next"
)
_TAKE = text(
    "DELETE FROM pending_changes WHERE number IN"
    " (SELECT number FROM pending_changes ORDER BY number LIMIT :limit)"
)
_ADVANCE = text("UPDATE relay SET position = position + :count RETURNING position")
_AFTER = text(
    "SELECT position, entity, id, op, timestamp FROM changes WHERE position > :after"
    " ORDER BY position LIMIT :limit"
)
_PUBLISH = text(
    "UPDATE relay SET published = CASE WHEN :position < position THEN :position ELSE position END"
    " WHERE published < :position"
)
_PRUNE = text(
    "DELETE FROM changes WHERE position <= (SELECT published FROM relay)"
    " AND position <= (SELECT position FROM relay) - :keep"
    " AND position < (SELECT min(position) FROM changes) + :rows"
)


def any_pending(connection: Connection) -> bool:
    """Whether changes wait for their positions."""
    return connection.scalar(_ANY_PENDING) is not None


def give_positions(connection: Connection, limit: int) -> Sequence[Change]:
    """Move the next changes behind those that have positions; runs in a writing transaction."""
    connection.execute(_GIVE, {"limit": limit})
    taken = connection.execute(_TAKE, {"limit": limit})
    count = taken.rowcount
    if not count:
        return ()
    position = int(connection.execute(_ADVANCE, {"count": count}).scalar_one())
    return changes_after(connection, position - count, count)


def changes_after(connection: Connection, after: int, limit: int) -> Sequence[Change]:
    """Changes with positions greater than ``after``, in order."""
    rows = connection.execute(_AFTER, {"after": after, "limit": limit})
    return tuple(
        Change.model_construct(
            position=row[0], entity=row[1], id=row[2], op=row[3], timestamp=row[4]
        )
        for row in rows
    )


def publish(connection: Connection, position: int) -> None:
    """Everything up to here is published; never goes back, nor beyond what was given."""
    connection.execute(_PUBLISH, {"position": position})


def prune(connection: Connection, keep: int) -> int:
    """Drop the oldest published changes, at most 5,000 at a time; how many went."""
    gone = connection.execute(_PRUNE, {"keep": keep, "rows": _PRUNE_ROWS})
    return gone.rowcount
