"""Reading places by what names them."""

from collections.abc import Iterable
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from apollonia.adapters.catalog.rows import (
    NEIGHBOR_COLUMNS,
    PLACE_COLUMNS,
    PLACE_JOINS,
    place_of,
    relation_of,
)
from apollonia.adapters.database.bulk import select_by_keys
from apollonia.domain.place import Place, Relation

type Name = Literal["id", "number", "path_key"]


async def read_places(
    connection: AsyncConnection, name: Name, keys: Iterable[Any], *, neighbors: bool = True
) -> dict[int, Place]:
    """The places with these ids, numbers or path keys, by number; unknown ones are left out."""
    statement = f"SELECT {PLACE_COLUMNS} FROM files f{PLACE_JOINS} WHERE f.{name} IN {{keys}}"  # noqa: S608 - our words
    rows = await select_by_keys(connection, statement, keys)
    relations = await read_relations(connection, [row[0] for row in rows]) if neighbors else {}
    return {row[0]: place_of(row, tuple(relations.get(row[0], ()))) for row in rows}


async def read_relations(
    connection: AsyncConnection, numbers: Iterable[int]
) -> dict[int, list[Relation]]:
    """What these files name as their neighbours, nearest first."""
    statement = (
        f"SELECT {NEIGHBOR_COLUMNS} FROM file_neighbors WHERE file IN {{keys}}"  # noqa: S608 - our words
        " ORDER BY file, rank"
    )
    found: dict[int, list[Relation]] = {}
    for row in await select_by_keys(connection, statement, numbers):
        found.setdefault(row[0], []).append(relation_of(row))
    return found
