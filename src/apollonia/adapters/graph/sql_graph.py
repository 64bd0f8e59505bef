"""Files and their neighbours as two tables: nodes by id and path, edges by the target's path."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import (
    change_by_keys,
    ignoring,
    insert_rows,
    lock_names,
    run,
    select_by_keys,
)
from apollonia.adapters.database.engine import Database
from apollonia.adapters.database.schema import GRAPH_EDGES, GRAPH_FILES
from apollonia.domain.paths import path_key
from apollonia.errors import CatalogUnavailableError, GraphUnavailableError
from apollonia.ports.graph import GraphFile, GraphNeighbor

_FILES = tuple(column.name for column in GRAPH_FILES.columns)
_EDGES = tuple(column.name for column in GRAPH_EDGES.columns)
_EDGE = ("source", "path_key", "role")
_GRAPH = "graph"
_IDS = "SELECT id FROM graph_files WHERE id > ? ORDER BY id LIMIT ?"
_AT_PATHS = "SELECT id FROM graph_files WHERE path_key IN {keys}"
_OUTGOING = (
    "SELECT f.id, e.path, e.role FROM graph_edges e LEFT JOIN graph_files f"
    " ON f.path_key = e.path_key WHERE e.source = ? ORDER BY e.path, e.role LIMIT ?"
)
_INCOMING = (
    "SELECT f.id, f.path, e.role FROM graph_files me JOIN graph_edges e ON e.path_key = me.path_key"
    " JOIN graph_files f ON f.id = e.source WHERE me.id = ? ORDER BY e.source LIMIT ?"
)


class SqlGraph:
    """``Graph`` of ``ports/graph.py``; the database is opened and closed by whoever made it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def apply(self, files: Sequence[GraphFile]) -> None:
        """Put the files with exactly these neighbours; of two with one id or path the later."""
        by_path = {file.path: file for file in {file.id: file for file in files}.values()}
        newest = tuple(by_path.values())
        keys = {path_key(file.path): file.id for file in newest}

        def put(at: Connection) -> None:
            lock_names(at, _GRAPH)
            there = select_by_keys(at, _AT_PATHS, keys)
            _remove(at, {row[0] for row in there} | {file.id for file in files})
            nodes = ((it.id, path_key(it.path), it.path, it.kind, it.present) for it in newest)
            insert_rows(at, "graph_files", _FILES, nodes)
            edges = (
                (file.id, path_key(edge.path), edge.role, edge.path)
                for file in newest
                for edge in file.neighbors
            )
            insert_rows(at, "graph_edges", _EDGES, edges, otherwise=ignoring(*_EDGE))

        with _as_graph():
            await self._database.write(put)

    async def remove(self, ids: Collection[str]) -> None:
        """Take the files away with their outgoing edges; unknown ids are ignored."""
        with _as_graph():

            def remove(at: Connection) -> None:
                lock_names(at, _GRAPH)
                _remove(at, ids)

            await self._database.write(remove)

    async def ids(self, after: str, limit: int) -> Sequence[str]:
        """Ids greater than ``after``, in order."""
        with _as_graph():
            rows = await self._database.read(lambda at: run(at, _IDS, (after, limit)))
        return [row[0] for row in rows]

    async def tidy(self) -> None:
        """Nothing is ever left over."""

    async def neighbors(self, file_id: str, limit: int = 256) -> Sequence[GraphNeighbor]:
        """The files one step away, what the file names first."""

        def near(at: Connection) -> Sequence[GraphNeighbor]:
            outgoing = run(at, _OUTGOING, (file_id, limit))
            incoming = run(at, _INCOMING, (file_id, limit - len(outgoing)))
            return (
                *(GraphNeighbor(row[0], row[1], row[2], outgoing=True) for row in outgoing),
                *(GraphNeighbor(row[0], row[1], row[2], outgoing=False) for row in incoming),
            )

        with _as_graph():
            return await self._database.read(near)

    async def ping(self) -> None:
        """Raise ``GraphUnavailableError`` unless the database answers with our schema."""
        with _as_graph():
            await self._database.ping()

    async def close(self) -> None:
        """Nothing of its own: the database is closed by whoever opened it."""


def _remove(connection: Connection, ids: Collection[str]) -> None:
    change_by_keys(connection, "DELETE FROM graph_edges WHERE source IN {keys}", ids)
    change_by_keys(connection, "DELETE FROM graph_files WHERE id IN {keys}", ids)


@contextmanager
def _as_graph() -> Iterator[None]:
    """The graph lives in the catalog's database: when that is away, so is the graph."""
    try:
        yield
    except CatalogUnavailableError as error:
        raise GraphUnavailableError(error.message) from error
