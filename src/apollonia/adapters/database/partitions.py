"""The partitions of the event log on PostgreSQL: one for each quarter of a year.

Events have UUIDv7 as ids, which begin with their time. Ids of other kinds, of times long past and
of those that no partition was made for yet are in the default partition, and found just as well.
"""

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.engine import Connection

_AHEAD = 8
_MONTHS = 3
_FOUND = text("SELECT to_regclass(:name) IS NOT NULL")
_IN_DEFAULT = text(
    "SELECT EXISTS (SELECT 1 FROM file_events_default WHERE event_id >= :first AND event_id < :end)"
)


def make_partitions(connection: Connection, now: datetime | None = None) -> None:
    """Those of this quarter and the next two years; a quarter that has events already has none."""
    moment = now or datetime.now(UTC)
    quarter = moment.year * 4 + (moment.month - 1) // _MONTHS
    for number in range(quarter, quarter + _AHEAD + 1):
        _make(connection, number)


def _make(connection: Connection, number: int) -> None:
    year, quarter = divmod(number, 4)
    name = f"file_events_{year}_q{quarter + 1}"
    first, end = _first_id(number), _first_id(number + 1)
    if connection.scalar(_FOUND, {"name": name}):
        return
    if connection.scalar(_IN_DEFAULT, {"first": first, "end": end}):
        return
    connection.exec_driver_sql(
        f"CREATE TABLE {name} PARTITION OF file_events FOR VALUES FROM ('{first}') TO ('{end}')"
    )


def _first_id(number: int) -> str:
    """Before all UUIDv7 of that quarter, after all before it."""
    year, quarter = divmod(number, 4)
    start = datetime(year, quarter * _MONTHS + 1, 1, tzinfo=UTC)
    digits = f"{int(start.timestamp() * 1000):012x}"
    return f"{digits[:8]}-{digits[8:]}"
