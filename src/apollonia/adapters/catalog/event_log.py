"""The log of what is no file event: analyses, edits, plays, what people wanted of the services."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import ignoring, insert_rows, run, select_by_keys
from apollonia.adapters.database.schema import EVENTS
from apollonia.ports.catalog import LoggedEvent

_COLUMNS = tuple(column.name for column in EVENTS.columns)
_KNOWN = "SELECT event_id FROM events WHERE event_id IN {keys}"
_OF = (
    f"SELECT {', '.join(_COLUMNS)} FROM events WHERE subject = ?"  # noqa: S608 - our names
    " ORDER BY timestamp DESC, event_id DESC LIMIT ?"
)


def append(connection: Connection, events: Iterable[LoggedEvent]) -> None:
    """Ids that the log has are ignored."""
    rows = (
        (
            it.event_id,
            it.entity,
            it.subject,
            it.actor,
            it.timestamp,
            it.received_time,
            it.origin,
            it.traceparent,
            it.body,
        )
        for it in events
    )
    insert_rows(connection, EVENTS.name, _COLUMNS, rows, otherwise=ignoring("event_id"))


def known(connection: Connection, ids: Collection[str]) -> frozenset[str]:
    """Those of these ids that the log has."""
    return frozenset(row[0] for row in select_by_keys(connection, _KNOWN, ids))


def events_of(connection: Connection, subject: str, limit: int) -> Sequence[LoggedEvent]:
    """What happened to a subject, newest first."""
    return [LoggedEvent(*row) for row in run(connection, _OF, (subject, limit))]
