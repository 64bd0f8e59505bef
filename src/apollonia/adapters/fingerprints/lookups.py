"""What the index has under each of many keys, so many rows of each at most."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import AnyRow, run

MOST_EACH = 256


def look_up(
    connection: Connection, table: str, columns: Sequence[str], keys: Iterable[int]
) -> Iterator[tuple[int, Sequence[AnyRow]]]:
    """Each key that has rows, with the first ``MOST_EACH + 1`` of them, the oldest first.

    ``columns``: the key's, then those that are given.
    """
    key, *given = columns
    names = ", ".join(given)
    distinct = list(dict.fromkeys(keys))
    if connection.dialect.name == "sqlite":
        one = f"SELECT {names} FROM {table} WHERE {key} = ? LIMIT {MOST_EACH + 1}"  # noqa: S608 - ours
        for value in distinct:
            if rows := run(connection, one, (value,)):
                yield value, rows
        return
    many = (  # at once: to the server and back takes longer than looking
        f"SELECT k.key, p.* FROM unnest(?::integer[]) AS k (key) CROSS JOIN LATERAL"  # noqa: S608 - ours
        f" (SELECT {names} FROM {table} WHERE {key} = k.key LIMIT {MOST_EACH + 1}) AS p"
        " ORDER BY k.key"
    )
    found = run(connection, many, (distinct,))
    for value, group in groupby(found, key=lambda row: row[0]):
        yield value, [row[1:] for row in group]
