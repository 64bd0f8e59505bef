"""Many rows per statement on PostgreSQL: arrays that the server unrolls.

Statements go to asyncpg itself, within the greenlet that SQLAlchemy runs us in: its cursor
costs more than our part.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from itertools import batched, count
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import BigInteger, Boolean, Float, Integer, LargeBinary, SmallInteger, Text
from sqlalchemy.engine import Connection

from apollonia.adapters.database.columns import Columns
from apollonia.adapters.database.driver import AnyRow, Otherwise, Values
from apollonia.adapters.database.schema import METADATA

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import AdaptedConnection

_ROWS = 4_096
_KEYS = 8_192
_COPIED = 64
_LOCK = "SELECT 1 FROM unnest($1::bigint[]) AS key WHERE pg_advisory_xact_lock(key) IS NULL"
_NUMBERS = "SELECT nextval($1::text::regclass) FROM generate_series(1, $2::bigint)"
_NOW = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
_TYPES = {
    SmallInteger: "smallint",
    BigInteger: "bigint",
    Integer: "integer",
    LargeBinary: "bytea",
    Boolean: "boolean",
    Float: "double precision",
    Text: "text",
}


class PostgresDriver:
    """``Driver`` on asyncpg."""

    one_writes_at_a_time = False

    vector_columns: tuple[str, ...] = ("search",)

    def run(self, connection: Connection, statement: str, values: Values) -> list[AnyRow]:
        """The rows of one statement."""
        return _fetch(connection, _with_numbers(statement), values)

    def insert(
        self,
        connection: Connection,
        table: str,
        columns: tuple[str, ...],
        rows: Iterable[Values],
        otherwise: Otherwise | None,
    ) -> None:
        """By thousands; by key where rows may meet others', so that two writers never deadlock.

        Rows that meet no others are copied: that costs both sides less, and one more way there
        and back.
        """
        for chunk in batched(rows, _ROWS):
            if otherwise is None and len(chunk) >= _COPIED and _is_copied(columns):
                _copy(connection, table, columns, chunk)
                continue
            mine = _in_order(chunk, columns, otherwise) if otherwise else chunk
            clause = otherwise.clause if otherwise else ""
            statement = _insert(table, columns, clause)
            _fetch(connection, statement, tuple(zip(*mine, strict=True)))

    def update(
        self,
        connection: Connection,
        table: str,
        key: str,
        columns: tuple[str, ...],
        rows: Collection[Values],
    ) -> None:
        """All at once."""
        if rows:
            arrays = tuple(zip(*rows, strict=True))
            _fetch(connection, _update(table, key, columns), arrays)

    def select(
        self, connection: Connection, columns: Columns, rest: str, values: Values
    ) -> list[AnyRow]:
        """The plain rows: the loop's thread keeps the interpreter meanwhile."""
        return self.run(connection, _plain(columns, rest), values)

    def for_keys(self, connection: Connection, statement: str, keys: Iterable[Any]) -> list[AnyRow]:
        """The keys are one array."""
        text = _with_array(statement)
        found: list[AnyRow] = []
        for chunk in batched(dict.fromkeys(keys), _KEYS):
            found.extend(_fetch(connection, text, (chunk,)))
        return found

    def select_for_keys(
        self, connection: Connection, columns: Columns, rest: str, keys: Iterable[Any]
    ) -> list[AnyRow]:
        """As ``select``."""
        return self.for_keys(connection, _plain(columns, rest), keys)

    def new_numbers(self, connection: Connection, table: str, count: int) -> Sequence[int]:
        """From the table's sequence."""
        rows = _fetch(connection, _NUMBERS, (f"{table}_number_seq", count)) if count else ()
        return [row[0] for row in rows]

    def lock(self, connection: Connection, keys: Iterable[int]) -> None:
        """Advisory locks of the transaction, always taken in the same order."""
        wanted = sorted(set(keys))
        if wanted and "live" not in connection.info:  # fresh tables have one writer
            _fetch(connection, _LOCK, (wanted,))

    def now_us(self, connection: Connection) -> int:
        """The server's clock."""
        return int(_fetch(connection, _NOW, ())[0][0])


def _fetch(connection: Connection, statement: str, values: Values) -> list[AnyRow]:
    adapted = cast("AdaptedConnection", connection.connection.dbapi_connection)
    rows: list[AnyRow] = adapted.run_async(lambda driver: driver.fetch(statement, *values))
    return rows


def _is_copied(columns: tuple[str, ...]) -> bool:
    """Asyncpg copies in binary, and knows no binary form of words to search for."""
    return not set(columns) & set(PostgresDriver.vector_columns)


def _copy(
    connection: Connection, table: str, columns: tuple[str, ...], rows: Sequence[Values]
) -> None:
    adapted = cast("AdaptedConnection", connection.connection.dbapi_connection)
    adapted.run_async(
        lambda driver: driver.copy_records_to_table(table, records=rows, columns=columns)
    )


def _in_order(
    rows: Iterable[Values], columns: tuple[str, ...], otherwise: Otherwise
) -> list[Values]:
    """By key; of two with one key the later, since a statement may touch no row twice."""
    at = [columns.index(name) for name in otherwise.key]
    newest = {tuple(row[index] for index in at): row for row in rows}
    return [newest[key] for key in sorted(newest)]


@lru_cache(maxsize=1_024)
def _with_numbers(statement: str) -> str:
    """Each ``?`` as ``$1``, ``$2`` and so on."""
    first, *others = statement.split("?")
    return first + "".join(f"${number}{part}" for number, part in zip(count(1), others))


@lru_cache(maxsize=256)
def _with_array(statement: str) -> str:
    return statement.replace("IN {keys}", "= ANY($1)")


@lru_cache(maxsize=1_024)
def _plain(columns: Columns, rest: str) -> str:
    return f"SELECT {columns.plain} {rest}"


@lru_cache(maxsize=256)
def _insert(table: str, columns: tuple[str, ...], clause: str) -> str:
    arrays = ", ".join(
        f"${number}::{_type(table, name)}[]" for number, name in enumerate(columns, 1)
    )
    names = ", ".join(columns)
    return f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}){clause}"  # noqa: S608 - our names


@lru_cache(maxsize=64)
def _update(table: str, key: str, columns: tuple[str, ...]) -> str:
    arrays = ", ".join(
        f"${number}::{_type(table, name)}[]" for number, name in enumerate((*columns, key), 1)
    )
    names = ", ".join((*(f"new_{name}" for name in columns), "row_key"))
    sets = ", ".join(f"{name} = new_{name}" for name in columns)
    return (
        f"UPDATE {table} SET {sets} FROM unnest({arrays}) AS new ({names})"  # noqa: S608 - our names
        f" WHERE {table}.{key} = row_key"
    )


def _type(table: str, column: str) -> str:
    if column in PostgresDriver.vector_columns:
        return "tsvector"
    kind = METADATA.tables[table].columns[column].type
    return next(name for base, name in _TYPES.items() if isinstance(kind, base))
