"""Statements and batches of rows, the same for every database: what makes batches fast.

Values go where ``?`` stands. Everything goes to the driver itself; see ``driver.py``.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from apollonia.adapters.database.columns import Columns
from apollonia.adapters.database.driver import AnyRow, Driver, Otherwise, Values
from apollonia.adapters.database.postgres_driver import PostgresDriver
from apollonia.adapters.database.sqlite_driver import SqliteDriver

__all__ = [
    "AnyRow",
    "Values",
    "change_by_keys",
    "driver_of",
    "ignoring",
    "insert_rows",
    "lock_names",
    "read_rows",
    "read_rows_by_keys",
    "replacing",
    "run",
    "select_by_keys",
    "update_rows",
]

_DRIVERS: dict[str, Driver] = {"sqlite": SqliteDriver(), "postgresql": PostgresDriver()}


def driver_of(connection: Connection) -> Driver:
    """What the connection's database does in its own way."""
    return _DRIVERS[connection.dialect.name]


def run(connection: Connection, statement: str, values: Sequence[Any] = ()) -> list[AnyRow]:
    """The rows of one statement."""
    return driver_of(connection).run(connection, statement, values)


def insert_rows(
    connection: Connection,
    table: str,
    columns: tuple[str, ...],
    rows: Iterable[Values],
    *,
    otherwise: Otherwise | None = None,
) -> None:
    """Insert the rows; ``otherwise`` says what to do with those that are there already."""
    driver_of(connection).insert(connection, table, columns, rows, otherwise)


def update_rows(
    connection: Connection, table: str, key: str, columns: tuple[str, ...], rows: Collection[Values]
) -> None:
    """Set some columns of many rows: each has the new values, then the row's key."""
    driver_of(connection).update(connection, table, key, columns, rows)


def select_by_keys(connection: Connection, statement: str, keys: Iterable[Any]) -> list[AnyRow]:
    """The rows for these keys: ``IN {keys}`` stands where they go."""
    return driver_of(connection).for_keys(connection, statement, keys)


def change_by_keys(connection: Connection, statement: str, keys: Iterable[Any]) -> None:
    """Run a statement that changes rows for these keys; as ``select_by_keys``."""
    driver_of(connection).for_keys(connection, statement, keys)


def read_rows(
    connection: Connection, columns: Columns, rest: str, values: Sequence[Any] = ()
) -> list[AnyRow]:
    """Many rows: ``SELECT columns rest``, delivered in the cheapest way."""
    return driver_of(connection).select(connection, columns, rest, values)


def read_rows_by_keys(
    connection: Connection, columns: Columns, rest: str, keys: Iterable[Any]
) -> list[AnyRow]:
    """As ``read_rows``, for many keys: ``IN {keys}`` stands in ``rest``."""
    return driver_of(connection).select_for_keys(connection, columns, rest, keys)


def lock_names(connection: Connection, *names: str) -> None:
    """From here to the end of the transaction one at a time does what has such a name."""
    driver_of(connection).lock(connection, map(_lock_key, names))


def replacing(key: str, columns: Iterable[str]) -> Otherwise:
    """Replace a row's other columns."""
    sets = ", ".join(f"{name} = excluded.{name}" for name in columns if name != key)
    return Otherwise((key,), f"UPDATE SET {sets}")


def ignoring(*key: str) -> Otherwise:
    """Leave what is there as it is."""
    return Otherwise(key, "NOTHING")


def _lock_key(name: str) -> int:
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], signed=True)
