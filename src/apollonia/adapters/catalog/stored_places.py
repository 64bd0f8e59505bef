"""Reading places by what names them."""

from collections.abc import Iterable
from operator import itemgetter
from typing import Any, Literal

import orjson
from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.rows import (
    NEIGHBOR_COLUMNS,
    PLACE_COLUMNS,
    PLACE_JOINS,
    place_of,
    relation_of,
)
from apollonia.adapters.database.bulk import AnyRow, read_rows_by_keys, select_by_keys
from apollonia.adapters.database.columns import Columns, Raw, StoredJson
from apollonia.domain.effective import tags_of
from apollonia.domain.kinds import Availability
from apollonia.domain.place import Place, Relation
from apollonia.domain.several import several
from apollonia.ports.graph import GraphEdge, GraphFile, version_of

_GRAPH_COLUMNS = Columns(
    "f.number",
    "f.id",
    Raw("f.path"),
    "s.kind",
    "s.availability",
    "f.sha256_hash",
    "f.xxh128_hash",
    "f.size",
    "f.version_timestamp",
    "f.version_message_id",
    StoredJson("m.media"),
    StoredJson("m.edited"),
)
_GRAPH_FILES = f"FROM files f{PLACE_JOINS} WHERE f.id IN {{keys}}"
_VERSIONS = "SELECT id, version_timestamp, version_message_id FROM files WHERE id IN {keys}"
_NEIGHBORS = "FROM file_neighbors WHERE file IN {keys}"

type Name = Literal["id", "number", "path_key", "sha256_hash"]


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
    return [_graph_file(row, relations.get(row[0], ())) for row in rows]


def read_graph_versions(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """The versions of ``read_graph_files``, at a fraction of its cost."""
    rows = select_by_keys(connection, _VERSIONS, ids)
    return {row[0]: version_of(row[1], row[2]) for row in rows}


def _loaded(json: str | bytes | None) -> dict[str, Any] | None:
    return orjson.loads(json) if json else None


def _graph_file(row: AnyRow, relations: Iterable[Relation]) -> GraphFile:
    tags = tags_of(_loaded(row[10]), _loaded(row[11]))
    return GraphFile(
        row[1],
        row[2],
        row[3],
        row[4] == Availability.PRESENT.value,
        tuple(GraphEdge(it.path, it.role.value) for it in relations),
        row[5],
        row[6],
        row[7],
        artists=several(tags.get("artist")),
        album=tags.get("album"),
        album_artist=tags.get("album_artist"),
        genres=several(tags.get("genre")),
        version=version_of(row[8], row[9]),
    )


def read_relations(connection: Connection, numbers: Iterable[int]) -> dict[int, list[Relation]]:
    """What these files name as their neighbours, nearest first."""
    found: dict[int, list[Relation]] = {}
    rows = read_rows_by_keys(connection, NEIGHBOR_COLUMNS, _NEIGHBORS, numbers)
    for row in sorted(rows, key=itemgetter(0, 1)):  # by file and rank
        found.setdefault(row[0], []).append(relation_of(row))
    return found
