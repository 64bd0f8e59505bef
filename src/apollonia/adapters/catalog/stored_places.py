"""Reading places by what names them."""

from collections.abc import Iterable
from operator import itemgetter
from typing import Any, Literal

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.rows import (
    NEIGHBOR_COLUMNS,
    PLACE_COLUMNS,
    PLACE_JOINS,
    place_of,
    relation_of,
)
from apollonia.adapters.database.bulk import select_by_keys, unpacked
from apollonia.domain.place import Place, Relation

type Name = Literal["id", "number", "path_key"]


def read_places(
    connection: Connection, name: Name, keys: Iterable[Any], *, neighbors: bool = True
) -> dict[int, Place]:
    """The places with these ids, numbers or path keys, by number; unknown ones are left out."""
    statement = f"SELECT {PLACE_COLUMNS} FROM files f{PLACE_JOINS} WHERE f.{name} IN {{keys}}"  # noqa: S608 - our words
    rows = unpacked(select_by_keys(connection, statement, keys))
    relations = read_relations(connection, [row[0] for row in rows]) if neighbors else {}
    return {row[0]: place_of(row, tuple(relations.get(row[0], ()))) for row in rows}


def read_relations(connection: Connection, numbers: Iterable[int]) -> dict[int, list[Relation]]:
    """What these files name as their neighbours, nearest first."""
    statement = f"SELECT {NEIGHBOR_COLUMNS} FROM file_neighbors WHERE file IN {{keys}}"  # noqa: S608 - our words
    found: dict[int, list[Relation]] = {}
    rows = unpacked(select_by_keys(connection, statement, numbers))
    for row in sorted(rows, key=itemgetter(0, 1)):  # by file and rank
        found.setdefault(row[0], []).append(relation_of(row))
    return found
