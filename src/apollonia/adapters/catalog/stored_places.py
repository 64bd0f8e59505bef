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
from apollonia.adapters.database.bulk import read_rows_by_keys
from apollonia.adapters.database.columns import Columns, Raw
from apollonia.domain.kinds import Availability
from apollonia.domain.place import Place, Relation
from apollonia.ports.graph import GraphEdge, GraphFile

_GRAPH_COLUMNS = Columns("f.number", "f.id", Raw("f.path"), "s.kind", "s.availability")
_GRAPH_FILES = "FROM files f JOIN shelves s ON s.number = f.shelf WHERE f.id IN {keys}"
_NEIGHBORS = "FROM file_neighbors WHERE file IN {keys}"

type Name = Literal["id", "number", "path_key"]


def read_places(
    connection: Connection, name: Name, keys: Iterable[Any], *, neighbors: bool = True
) -> dict[int, Place]:
    """The places with these ids, numbers or path keys, by number; unknown ones are left out."""
    where = f"FROM files f{PLACE_JOINS} WHERE f.{name} IN {{keys}}"
    rows = read_rows_by_keys(connection, PLACE_COLUMNS, where, keys)
    relations = read_relations(connection, [row[0] for row in rows]) if neighbors else {}
    return {row[0]: place_of(row, tuple(relations.get(row[0], ()))) for row in rows}


def read_graph_files(connection: Connection, ids: Iterable[str]) -> list[GraphFile]:
    """What the graph keeps of the files with these ids; unknown ones are left out."""
    rows = read_rows_by_keys(connection, _GRAPH_COLUMNS, _GRAPH_FILES, ids)
    relations = read_relations(connection, [row[0] for row in rows])
    return [
        GraphFile(
            id=id_,
            path=path,
            kind=kind,
            present=availability == Availability.PRESENT.value,
            neighbors=tuple(GraphEdge(it.path, it.role.value) for it in relations.get(number, ())),
        )
        for number, id_, path, kind, availability in rows
    ]


def read_relations(connection: Connection, numbers: Iterable[int]) -> dict[int, list[Relation]]:
    """What these files name as their neighbours, nearest first."""
    found: dict[int, list[Relation]] = {}
    rows = read_rows_by_keys(connection, NEIGHBOR_COLUMNS, _NEIGHBORS, numbers)
    for row in sorted(rows, key=itemgetter(0, 1)):  # by file and rank
        found.setdefault(row[0], []).append(relation_of(row))
    return found
