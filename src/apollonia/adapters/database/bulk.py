"""Many rows per statement: what makes batches fast.

Each statement is one call into the driver's thread. SQLite lets go of the interpreter while it
works on a statement, so rows by the dozen cost few hand-overs between threads, and the event loop
runs meanwhile. The texts of the statements are few, so that they stay prepared.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import batched
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy.ext.asyncio import AsyncConnection

if TYPE_CHECKING:
    import aiosqlite

type Values = Sequence[Any]
type AnyRow = Sequence[Any]

_ROWS = (96, 32, 8, 1)
_KEYS = (512, 64, 8, 1)


async def insert_rows(
    connection: AsyncConnection,
    table: str,
    columns: tuple[str, ...],
    rows: Iterable[Values],
    *,
    otherwise: str = "",
) -> None:
    """Insert the rows; ``otherwise`` is the ``ON CONFLICT`` clause.

    Rows are drawn from the iterable a few at a time, so building them never holds the loop long.
    """
    for chunk in batched(rows, _ROWS[0]):
        start = 0
        for size in _ROWS:
            while len(chunk) - start >= size:
                values = [value for row in chunk[start : start + size] for value in row]
                statement = _insert(table, columns, size, otherwise)
                await run(connection, statement, values)
                start += size


async def select_by_keys(
    connection: AsyncConnection, statement: str, keys: Iterable[Any]
) -> list[AnyRow]:
    """The rows for these keys: ``statement`` holds ``{keys}`` where they go: ``IN {keys}``."""
    found: list[AnyRow] = []
    for chunk in batched(dict.fromkeys(keys), _KEYS[0]):
        values = _padded(chunk)
        found.extend(await run(connection, _with_keys(statement, len(values)), values))
    return found


async def change_by_keys(connection: AsyncConnection, statement: str, keys: Iterable[Any]) -> None:
    """Run a statement that changes rows for these keys; ``{keys}`` as in ``select_by_keys``."""
    for chunk in batched(dict.fromkeys(keys), _KEYS[0]):
        values = _padded(chunk)
        await run(connection, _with_keys(statement, len(values)), values)


def replacing(key: str, columns: Iterable[str]) -> str:
    """The ``ON CONFLICT`` clause that replaces a row's other columns."""
    sets = ", ".join(f"{name} = excluded.{name}" for name in columns if name != key)
    return f" ON CONFLICT ({key}) DO UPDATE SET {sets}"


async def run(
    connection: AsyncConnection, statement: str, values: Sequence[Any] = ()
) -> list[AnyRow]:
    """The rows of one statement, by one visit to the driver's thread; SQLAlchemy makes four."""
    raw = await connection.get_raw_connection()
    driver = cast("aiosqlite.Connection", raw.driver_connection)
    return list(await driver.execute_fetchall(statement, values))


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
