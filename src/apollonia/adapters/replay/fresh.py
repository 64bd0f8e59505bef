"""Fresh tables beside the live ones, under the same names.

On SQLite they are a file of their own with the catalog attached as ``live``, on PostgreSQL a schema
before ``public`` in the search path: so everything that writes the catalog writes into them.
"""

from typing import NamedTuple

from sqlalchemy import MetaData, Table
from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import run
from apollonia.adapters.database.schema import (
    EDITS,
    FILE_MEDIA,
    FILE_NEIGHBORS,
    FILE_TERMS,
    FILE_TOMBSTONES,
    FILES,
    PENDING_CHANGES,
    PLAYS,
    SHELVES,
)

PARTS = (FILE_MEDIA, FILE_NEIGHBORS, FILE_TERMS)
"""What hangs on a file's number."""
ALONE = (FILE_TOMBSTONES, EDITS, PLAYS)
"""What stands for itself."""
TABLES = (SHELVES, FILES, *PARTS, *ALONE, PENDING_CHANGES)


class Names(NamedTuple):
    """Where the live and the fresh tables are."""

    live: str
    fresh: str


def names_of(connection: Connection, schema: str) -> Names:
    """By the kind of database."""
    if connection.dialect.name == "sqlite":
        return Names("live", "main")
    return Names("public", schema)


def make_tables(connection: Connection, schema: str) -> None:
    """Empty, but for the shelves, which keep their numbers and count nothing yet."""
    names = names_of(connection, schema)
    if connection.dialect.name == "sqlite":
        fresh = MetaData(naming_convention=FILES.metadata.naming_convention)
        for table in TABLES:
            table.to_metadata(fresh)
        fresh.create_all(connection, checkfirst=False)
    else:
        run(connection, f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        run(connection, f"CREATE SCHEMA {schema}")
        for table in TABLES:
            like = f"(LIKE public.{table.name} INCLUDING ALL)"
            run(connection, f"CREATE UNLOGGED TABLE {schema}.{table.name} {like}")
    run(
        connection,
        f"INSERT INTO {names.fresh}.shelves (number, root, kind, format, availability, status)"  # noqa: S608 - our names
        f" SELECT number, root, kind, format, availability, status FROM {names.live}.shelves",
    )


def drop_tables(connection: Connection, schema: str) -> None:
    """On PostgreSQL; on SQLite the file goes."""
    if connection.dialect.name != "sqlite":
        run(connection, f"DROP SCHEMA IF EXISTS {schema} CASCADE")


def columns_of(table: Table, *but: str) -> tuple[str, ...]:
    """Its columns, with the words for the search where the database keeps them in the row."""
    return tuple(column.name for column in table.columns if column.name not in but)
