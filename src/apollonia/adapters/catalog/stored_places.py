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
from apollonia.adapters.database.bulk import packed, select_by_keys, unpacked
from apollonia.domain.kinds import Availability
from apollonia.domain.place import Place, Relation
from apollonia.ports.graph import GraphEdge, GraphFile

_GRAPH_FILES = (
    f"SELECT {packed('f.number, f.id, hex(f.path), s.kind, s.availability')}"  # noqa: S608 - our words
    " FROM files f JOIN shelves s ON s.number = f.shelf WHERE f.id IN {keys}"
)

type Name = Literal["id", "number", "path_key"]


def read_places(
    connection: Connection, name: Name, keys: Iterable[Any], *, neighbors: bool = True
) -> dict[int, Place]:
    """The places with these ids, numbers or path keys, by number; unknown ones are left out."""
    statement = f"SELECT {PLACE_COLUMNS} FROM files f{PLACE_JOINS} WHERE f.{name} IN {{keys}}"  # noqa: S608 - our words
    rows = unpacked(select_by_keys(connection, statement, keys))
    relations = read_relations(connection, [row[0] for row in rows]) if neighbors else {}
    return {row[0]: place_of(row, tuple(relations.get(row[0], ()))) for row in rows}


def read_graph_files(connection: Connection, ids: Iterable[str]) -> list[GraphFile]:
    """What the graph keeps of the files with these ids; unknown ones are left out."""
    rows = unpacked(select_by_keys(connection, _GRAPH_FILES, ids))
    relations = read_relations(connection, [row[0] for row in rows])
    return [
        GraphFile(
            id=id_,
            path=bytes.fromhex(path),
            kind=kind,
            present=availability == Availability.PRESENT.value,
            neighbors=tuple(GraphEdge(it.path, it.role.value) for it in relations.get(number, ())),
        )
        for number, id_, path, kind, availability in rows
    ]


def read_relations(connection: Connection, numbers: Iterable[int]) -> dict[int, list[Relation]]:
    """What these files name as their neighbours, nearest first."""
    statement = f"SELECT {NEIGHBOR_COLUMNS} FROM file_neighbors WHERE file IN {{keys}}"  # noqa: S608 - our words
    found: dict[int, list[Relation]] = {}
    rows = unpacked(select_by_keys(connection, statement, numbers))
    for row in sorted(rows, key=itemgetter(0, 1)):  # by file and rank
        found.setdefault(row[0], []).append(relation_of(row))
    return found
