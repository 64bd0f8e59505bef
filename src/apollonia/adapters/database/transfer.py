"""Takes a whole catalog from one database into another, empty one: all of it or nothing."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Boolean, Table
from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.vectors import vector_of
from apollonia.adapters.database.bulk import driver_of, insert_rows, run
from apollonia.adapters.database.engine import Database
from apollonia.adapters.database.schema import (
    FILES,
    GRAPH_EDGES,
    GRAPH_FILES,
    METADATA,
    RELAY,
    SEARCH_PROGRESS,
    SEARCH_SLIPS,
    SEARCH_WORDS,
)
from apollonia.adapters.database.store import Session
from apollonia.errors import CatalogUnavailableError, ConflictError

_ROWS = 4_000
_PROJECTIONS = frozenset(  # made again from the catalog
    table.name for table in (GRAPH_FILES, GRAPH_EDGES, SEARCH_WORDS, SEARCH_SLIPS, SEARCH_PROGRESS)
)
_SEQUENCES = ("shelves", "files", "pending_changes", "fingerprints", "embeddings")
_CONTINUE = (
    "SELECT setval(?::text::regclass, greatest((SELECT coalesce(max(number), 0) FROM {table}), 1))"
)


async def transfer(
    source: Database, target: Database, *, told: Callable[[str, int], None]
) -> Mapping[str, int]:
    """Copy every table but the graph's; the rows of each.

    Both are at the newest schema. The source takes no writes meanwhile; the target is changed in
    one transaction. ``told`` hears of each table's rows so far.

    Raises:
        ConflictError: the target has files or events already.
        CatalogUnavailableError: one of them is away, or the counts differ at the end; the target
            is as it was.
    """
    tables = [table for table in METADATA.sorted_tables if table.name not in _PROJECTIONS]
    async with source.writing() as old, target.writing() as new:
        await new.visit(lambda at: _require_empty(at, target.name))
        counts: dict[str, int] = {}
        for table in tables:
            counts[table.name] = await _copy(old, new, table, told)
        await new.visit(_continue_numbers)
        arrived = await new.visit(lambda at: {name: _count(at, name) for name in counts})
        if arrived != counts:
            wrong = [name for name in counts if counts[name] != arrived[name]]
            raise CatalogUnavailableError(
                f"{target.name} has other rows than {source.name} in {', '.join(wrong)}: nothing"
                " was moved; is somebody else writing there? Try again"
            )
    return counts


async def _copy(old: Session, new: Session, table: Table, told: Callable[[str, int], None]) -> int:
    """Page by page along the primary key."""
    if table is RELAY:  # its one row is there from the start
        await new.visit(lambda at: run(at, f"DELETE FROM {RELAY.name}"))  # noqa: S608 - our names
    columns = tuple(column.name for column in table.columns)
    keys = [columns.index(column.name) for column in table.primary_key.columns]
    more = await new.visit(lambda at: driver_of(at).vector_columns) if table is FILES else ()
    into = (*columns, *more)
    flags = [number for number, column in enumerate(table.columns) if _is_flag(column.type)]
    copied, after = 0, None
    while page := await old.visit(lambda at, after=after: _page(at, table, after)):  # type: ignore[misc]
        rows = [_with_flags(row, flags) for row in page]
        if more:
            rows = [(*row, vector_of(dict(zip(columns, row, strict=True)))) for row in rows]
        await new.visit(lambda at, rows=rows: insert_rows(at, table.name, into, rows))  # type: ignore[misc]
        copied += len(rows)
        after = tuple(page[-1][key] for key in keys)
        told(table.name, copied)
    return copied


def _page(connection: Connection, table: Table, after: tuple[Any, ...] | None) -> list[Any]:
    names = ", ".join(column.name for column in table.columns)
    keys = ", ".join(column.name for column in table.primary_key.columns)
    where, values = "", ()
    if after is not None:
        where = f" WHERE ({keys}) > ({', '.join('?' * len(after))})"
        values = after
    statement = f"SELECT {names} FROM {table.name}{where} ORDER BY {keys} LIMIT {_ROWS}"  # noqa: S608 - ours
    return run(connection, statement, values)


def _is_flag(kind: object) -> bool:
    return isinstance(kind, Boolean)


def _with_flags(row: Any, flags: list[int]) -> Any:
    """SQLite keeps truth values as numbers."""
    if not flags:
        return row
    values = list(row)
    for number in flags:
        if values[number] is not None:
            values[number] = bool(values[number])
    return values


def _require_empty(connection: Connection, name: str) -> None:
    for table in ("files", "file_events"):
        if run(connection, f"SELECT 1 FROM {table} LIMIT 1"):  # noqa: S608 - our names
            raise ConflictError(
                f"{name} has a catalog already: take an empty database, so that nothing is mixed"
            )


def _continue_numbers(connection: Connection) -> None:
    """New rows get numbers beyond those that came along."""
    if connection.dialect.name != "postgresql":
        return
    for table in _SEQUENCES:
        run(connection, _CONTINUE.format(table=table), (f"{table}_number_seq",))


def _count(connection: Connection, table: str) -> int:
    return int(run(connection, f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 - our names
