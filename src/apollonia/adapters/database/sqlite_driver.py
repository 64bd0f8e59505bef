"""Many rows per statement on SQLite.

It lets go of the interpreter while it works on a step of a statement, and has to get it back
after each, from threads that are busy. So one statement inserts rows by the dozen, and what reads
many rows may have them packed into one. The texts of the statements are few, so that they stay
prepared.
"""

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import batched
from typing import Any

import orjson
from sqlalchemy.engine import Connection

from apollonia.adapters.database.columns import Columns
from apollonia.adapters.database.driver import AnyRow, Otherwise, Values

_ROWS = (96, 32, 8, 1)
_KEYS = (512, 64, 8, 1)


class SqliteDriver:
    """``Driver`` on the driver's own cursor: SQLAlchemy's part costs more than ours."""

    one_writes_at_a_time = True

    vector_columns: tuple[str, ...] = ()

    def run(self, connection: Connection, statement: str, values: Values) -> list[AnyRow]:
        """The rows of one statement."""
        cursor = connection.connection.cursor()
        try:
            cursor.execute(statement, values)
            return list(cursor.fetchall()) if cursor.description else []
        finally:
            cursor.close()

    def insert(
        self,
        connection: Connection,
        table: str,
        columns: tuple[str, ...],
        rows: Iterable[Values],
        otherwise: Otherwise | None,
    ) -> None:
        """By the dozen; rows are built only as they are needed."""
        clause = otherwise.clause if otherwise else ""
        for chunk in batched(rows, _ROWS[0]):
            start = 0
            for size in _ROWS:
                while len(chunk) - start >= size:
                    values = [value for row in chunk[start : start + size] for value in row]
                    self.run(connection, _insert(table, columns, size, clause), values)
                    start += size

    def update(
        self,
        connection: Connection,
        table: str,
        key: str,
        columns: tuple[str, ...],
        rows: Collection[Values],
    ) -> None:
        """One after the other: rare here."""
        sets = ", ".join(f"{column} = ?" for column in columns)
        statement = f"UPDATE {table} SET {sets} WHERE {key} = ?"  # noqa: S608 - our names
        for row in rows:
            self.run(connection, statement, row)

    def select(
        self, connection: Connection, columns: Columns, rest: str, values: Values
    ) -> list[AnyRow]:
        """One step, and one change of hands, for all rows."""
        return _unpacked(columns, self.run(connection, _packed(columns, rest), values))

    def for_keys(self, connection: Connection, statement: str, keys: Iterable[Any]) -> list[AnyRow]:
        """By hundreds of keys."""
        found: list[AnyRow] = []
        for values in _padded(keys):
            found.extend(self.run(connection, _with_keys(statement, len(values)), values))
        return found

    def select_for_keys(
        self, connection: Connection, columns: Columns, rest: str, keys: Iterable[Any]
    ) -> list[AnyRow]:
        """As ``select``."""
        return _unpacked(columns, self.for_keys(connection, _packed(columns, rest), keys))

    def new_numbers(self, connection: Connection, table: str, count: int) -> Sequence[int]:
        """The next ones: there is one writer."""
        newest = self.run(connection, f"SELECT max(number) FROM {table}", ())[0][0] or 0  # noqa: S608 - our names
        return range(newest + 1, newest + 1 + count)

    def lock(self, connection: Connection, keys: Iterable[int]) -> None:
        """Nothing to do: who writes has the whole file for himself."""

    def now_us(self, connection: Connection) -> int:  # noqa: ARG002 - nobody to ask
        """The machine's clock: all who share the file run on it."""
        return time.time_ns() // 1_000


@lru_cache(maxsize=256)
def _insert(table: str, columns: tuple[str, ...], rows: int, clause: str) -> str:
    row = f"({', '.join('?' * len(columns))})"
    names = ", ".join(columns)
    values = ", ".join([row] * rows)
    return f"INSERT INTO {table} ({names}) VALUES {values}{clause}"  # noqa: S608 - our names


@lru_cache(maxsize=256)
def _with_keys(statement: str, count: int) -> str:
    return statement.replace("{keys}", f"({', '.join('?' * count)})")


def _packed(columns: Columns, rest: str) -> str:
    return f"SELECT {columns.packed} {rest}"


def _unpacked(columns: Columns, parcels: Iterable[AnyRow]) -> list[AnyRow]:
    rows = [row for parcel in parcels for row in orjson.loads(parcel[0])]
    for at in columns.raw:
        for row in rows:
            row[at] = bytes.fromhex(row[at])
    return rows


def _padded(keys: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """The keys by hundreds, the last one repeated up to the next size that we keep prepared."""
    for chunk in batched(dict.fromkeys(keys), _KEYS[0]):
        size = min(size for size in _KEYS if size >= len(chunk))
        yield chunk + (chunk[-1],) * (size - len(chunk))
