"""Projection of files into Neo4j, beside bare ``UNWIND`` batches of the same files and neighbours.

Ours also keeps folders, copies of one content and versions, and can tell a changed file from one
that is as it was; the peer writes files and neighbours alone, by the same driver. Both begin with
an empty database, then write the same files once more.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import batched
from typing import Any, cast
from urllib.parse import urlsplit

from neo4j import AsyncDriver, AsyncGraphDatabase, AsyncManagedTransaction

from apollonia.adapters.graph.neo4j_access import Neo4jAccess
from apollonia.adapters.graph.neo4j_graph import Neo4jGraph
from apollonia.adapters.graph.neo4j_rows import key_of
from apollonia.populate.graph_projector import GraphProjector
from apollonia.ports.graph import GraphEdge, GraphFile
from bus_measures.ground import Ground, as_in_service
from report import Measure, median

_BATCH = 1_000
_LEAST = 0.6
_BARE = """
UNWIND $rows AS row
MERGE (f:File {key: row.key}) SET f += row.properties
WITH f, row UNWIND row.neighbors AS near
MERGE (o:File {key: near.key}) ON CREATE SET o.path = near.path
MERGE (f)-[:NEIGHBOR {role: near.role}]->(o)
"""


class Shelf:
    """What the projector reads of a library, from memory."""

    def __init__(self, files: Sequence[GraphFile]) -> None:
        self._files = {file.id: file for file in files}

    async def graph_files(self, ids: Sequence[str]) -> Sequence[GraphFile]:
        return [self._files[id_] for id_ in ids if id_ in self._files]

    async def graph_versions(self, ids: Sequence[str]) -> Mapping[str, str]:
        return {id_: self._files[id_].version for id_ in ids if id_ in self._files}


def measure(ground: Ground) -> list[Measure]:
    """Ours and the peer's in turn, medians; each beside the peer of the same round."""
    url = ground.url("neo4j")
    files = _files(ground.messages)
    tagged = [
        replace(file, artists=(f"Artist {n // 240}",), album=f"Album {n // 12}", genres=("Pop",))
        for n, file in enumerate(files)
    ]
    as_in_service(_ours(url, files[: 2 * _BATCH]))  # Java compiles what it sees often
    as_in_service(_peer(url, files[: 2 * _BATCH]))
    rounds = [
        (
            as_in_service(_peer(url, files)),
            as_in_service(_ours(url, files)),
            as_in_service(_ours(url, tagged)),
        )
        for _ in range(ground.repeat)
    ]
    names = ("files with three neighbours", "the same, unchanged")
    measures = []
    for step, name in enumerate(names):
        peer = median([it[0][step] for it in rounds])
        ours = median([it[1][step] for it in rounds])
        more = median([it[2][step] for it in rounds])
        measures += [
            _measured(f"graph: {name}", ours, peer, least=_LEAST),
            _measured(f"graph: {name}, with artist, album, genre", more, peer, least=0.0),
        ]
    return measures


def _measured(name: str, value: float, limit: float, *, least: float) -> Measure:
    return Measure(
        measure=name,
        value=value,
        unit="files/s",
        against="bare UNWIND batches of files and neighbours",
        limit=limit,
        target=f">= {least} of it" if least else "reported",
        holds=value >= least * limit,
    )


def _files(number: int) -> list[GraphFile]:
    files = []
    for n in range(number):
        folder = b"/music/Artist %d/Album %d" % (n // 240, n // 12)
        edges = (
            GraphEdge(folder + b"/cover.jpg", "artwork"),
            GraphEdge(folder + b"/%02d song.lrc" % (n % 12), "lyrics"),
            GraphEdge(folder + b"/%02d song.flac" % ((n + 1) % 12), "sibling"),
        )
        path = folder + b"/%02d song.flac" % (n % 12)
        id_ = f"01a20aba-e797-78d4-a4b5-{n:012d}"
        file = GraphFile(
            id_, path, "audio", True, edges, f"{n:064x}", f"{n:032x}", 1000 + n, version="1"
        )
        files.append(file)
    return files


async def _ours(url: str, files: Sequence[GraphFile]) -> tuple[float, float]:
    """Files a second: new, and once more."""
    graph = Neo4jGraph(Neo4jAccess(url=url))
    await graph.open()
    await _empty(url)
    projector = GraphProjector(library=cast("Any", Shelf(files)), graph=graph)
    rates = []
    for _ in range(2):
        began = time.perf_counter()
        for some in batched(files, _BATCH):
            await projector.project([file.id for file in some])
        rates.append(len(files) / (time.perf_counter() - began))
    await graph.close()
    return rates[0], rates[1]


async def _peer(url: str, files: Sequence[GraphFile]) -> tuple[float, float]:
    await _empty(url)
    rates = []
    async with _driver(url) as driver, driver.session() as session:
        for _ in range(2):
            began = time.perf_counter()
            for some in batched(files, _BATCH):
                await session.execute_write(_write, some)
            rates.append(len(files) / (time.perf_counter() - began))
    return rates[0], rates[1]


async def _write(transaction: AsyncManagedTransaction, files: Sequence[GraphFile]) -> None:
    rows = [
        {
            "key": key_of(file.path),
            "properties": {
                "id": file.id,
                "path": file.path.decode(),
                "kind": file.kind,
                "present": file.present,
                "size": file.size,
                "sha256": file.sha256_hash,
                "xxh128": file.xxh128_hash,
            },
            "neighbors": [
                {"key": key_of(it.path), "path": it.path.decode(), "role": it.role}
                for it in file.neighbors
            ],
        }
        for file in files
    ]
    rows.sort(key=lambda row: str(row["key"]))
    await (await transaction.run(_BARE, rows=rows)).consume()


async def _empty(url: str) -> None:
    async with _driver(url) as driver, driver.session() as session:
        await (
            await session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS")
        ).consume()


def _driver(url: str) -> AsyncDriver:
    parts = urlsplit(url)
    return AsyncGraphDatabase.driver(
        f"{parts.scheme}://{parts.hostname}:{parts.port}",
        auth=(parts.username or "", parts.password or ""),
    )
