"""Many rows per statement: what makes batches fast.

SQLite lets go of the interpreter while it works on a step of a statement, and has to get it back
after each, from threads that are busy. So one statement inserts rows by the dozen, and what reads
many rows may have them packed into one. The texts of the statements are few, so that they stay
prepared.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import batched
from typing import Any

import orjson
from sqlalchemy.engine import Connection

type Values = Sequence[Any]
type AnyRow = Sequence[Any]

_ROWS = (96, 32, 8, 1)
_KEYS = (512, 64, 8, 1)


def insert_rows(
    connection: Connection,
    table: str,
    columns: tuple[str, ...],
    rows: Iterable[Values],
    *,
    otherwise: str = "",
) -> None:
    """Insert the rows; ``otherwise`` is the ``ON CONFLICT`` clause."""
    for chunk in batched(rows, _ROWS[0]):
        start = 0
        for size in _ROWS:
            while len(chunk) - start >= size:
                values = [value for row in chunk[start : start + size] for value in row]
                run(connection, _insert(table, columns, size, otherwise), values)
                start += size


def select_by_keys(connection: Connection, statement: str, keys: Iterable[Any]) -> list[AnyRow]:
    """The rows for these keys: ``statement`` holds ``{keys}`` where they go: ``IN {keys}``."""
    found: list[AnyRow] = []
    for chunk in batched(dict.fromkeys(keys), _KEYS[0]):
        values = _padded(chunk)
        found.extend(run(connection, _with_keys(statement, len(values)), values))
    return found


def change_by_keys(connection: Connection, statement: str, keys: Iterable[Any]) -> None:
    """Run a statement that changes rows for these keys; ``{keys}`` as in ``select_by_keys``."""
    for chunk in batched(dict.fromkeys(keys), _KEYS[0]):
        values = _padded(chunk)
        run(connection, _with_keys(statement, len(values)), values)


def replacing(key: str, columns: Iterable[str]) -> str:
    """The ``ON CONFLICT`` clause that replaces a row's other columns."""
    sets = ", ".join(f"{name} = excluded.{name}" for name in columns if name != key)
    return f" ON CONFLICT ({key}) DO UPDATE SET {sets}"


def run(connection: Connection, statement: str, values: Sequence[Any] = ()) -> list[AnyRow]:
    """The rows of one statement, from the driver itself: SQLAlchemy's part costs more than ours."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []
    finally:
        cursor.close()


def packed(columns: str) -> str:
    """Select this instead of the columns, and ``unpacked`` gives the rows: one step for all.

    For texts and whole numbers; bytes have to be ``hex(…)``, or text if they are.
    """
    return f"json_group_array(json_array({columns}))"


def unpacked(rows: Iterable[AnyRow]) -> list[AnyRow]:
    """The rows that ``packed`` packed."""
    return [row for parcel in rows for row in orjson.loads(parcel[0])]


@lru_cache(maxsize=256)
def _insert(table: str, columns: tuple[str, ...], rows: int, otherwise: str) -> str:
    row = f"({', '.join('?' * len(columns))})"
    names = ", ".join(columns)
    values = ", ".join([row] * rows)
    return f"INSERT INTO {table} ({names}) VALUES {values}{otherwise}"  # noqa: S608 - our names


@lru_cache(maxsize=256)
def _with_keys(statement: str, count: int) -> str:
    return statement.format(keys=f"({', '.join('?' * count)})")


def _padded(keys: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same keys, the last one repeated up to the next size that we keep prepared."""
    size = min(size for size in _KEYS if size >= len(keys))
    return keys + (keys[-1],) * (size - len(keys))
