"""Files and how they relate, in Neo4j."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from itertools import batched
from typing import Any, Final

from neo4j import AsyncManagedTransaction

from apollonia.adapters.graph import neo4j_statements as cypher
from apollonia.adapters.graph.neo4j_access import GraphNotAllowedError, Neo4jAccess, Neo4jSessions
from apollonia.adapters.graph.neo4j_rows import hubs_of, raw_path, row_of
from apollonia.errors import ConfigurationError, GraphUnavailableError
from apollonia.observe.logs import get_logger
from apollonia.ports.graph import GraphFile, GraphNeighbor

_BATCH: Final = 1_000
_OPEN_S: Final = 15.0

log = get_logger(__name__)

type Row = Mapping[str, Any]


class Neo4jGraph:
    """``Graph`` of ``ports/graph.py``.

    ``apply`` and ``remove`` leave folders, artists and paths that nobody refers to any more: they
    are harmless, since nothing leads to them, and ``tidy`` takes them away.
    """

    def __init__(self, access: Neo4jAccess, sessions: Neo4jSessions | None = None) -> None:
        """Raises ``ConfigurationError`` for what can never work."""
        self._sessions = sessions or Neo4jSessions(access)
        self._prepared = False
        self._preparing = asyncio.Lock()

    async def open(self) -> None:
        """See that it lets us in; while it is away, that shows later.

        The constraints are made before the first write: who only reads needs no right to them.

        Raises:
            ConfigurationError: it does not let us in.
        """
        try:
            async with asyncio.timeout(_OPEN_S):
                await self._sessions.verify()
        except TimeoutError:
            log.warning("the graph does not answer; it is asked again")
        except GraphNotAllowedError as error:
            raise ConfigurationError(error.message) from error
        except GraphUnavailableError as error:
            log.warning("the graph is away; it is asked again", error=error.message)

    async def apply(self, files: Sequence[GraphFile]) -> None:
        """Put the files with exactly these neighbours; of two with one id or path the later."""
        by_path = {file.path: file for file in {file.id: file for file in files}.values()}
        lost = {file.id for file in files} - {file.id for file in by_path.values()}
        if lost:
            await self.remove(sorted(lost))
        if not by_path:
            return
        await self._prepare()
        rows = await asyncio.to_thread(_rows, list(by_path.values()))
        leaving = [{"id": row["id"], "key": row["key"]} for row in rows]
        for some in batched(rows, _BATCH):
            await self._sessions.write(_Applying(some, leaving))
            leaving = []  # all of them, in the first one: files may exchange their paths

    async def remove(self, ids: Collection[str]) -> None:
        """Take the files away with their outgoing edges; unknown ids are ignored."""
        for some in batched(sorted(ids), _BATCH):
            await self._prepare()
            await self._sessions.write(_Removing(some))

    async def ids(self, after: str, limit: int) -> Sequence[str]:
        """Ids greater than ``after``, in order."""

        async def work(transaction: AsyncManagedTransaction) -> list[str]:
            result = await transaction.run(cypher.IDS, after=after, limit=limit)
            return [record["id"] async for record in result]

        return await self._sessions.read(work)

    async def tidy(self) -> None:
        """Take away what nothing is related to, a batch at a time."""
        for statement in cypher.TIDY:
            gone = _BATCH
            while gone == _BATCH:
                gone = await self._sessions.write(_Tidying(statement))

    async def neighbors(self, file_id: str, limit: int = 256) -> Sequence[GraphNeighbor]:
        """The files one step away, what the file names first."""

        async def work(transaction: AsyncManagedTransaction) -> list[GraphNeighbor]:
            result = await transaction.run(cypher.NEAR, id=file_id, limit=limit)
            return [_neighbor(record) async for record in result]

        return (await self._sessions.read(work))[:limit]

    async def ping(self) -> None:
        """Raise ``GraphUnavailableError`` unless it answers."""
        await self._sessions.verify()

    async def close(self) -> None:
        """Close all connections."""
        await self._sessions.close()

    async def _prepare(self) -> None:
        async with self._preparing:
            if not self._prepared:
                for statement in cypher.SCHEMA:
                    await self._sessions.run(statement)
                self._prepared = True


class _Applying:
    """One transaction; it may run again after a deadlock, so it keeps nothing."""

    def __init__(self, rows: Sequence[Row], leaving: Sequence[Row]) -> None:
        self._rows = rows
        self._leaving = leaving

    async def __call__(self, transaction: AsyncManagedTransaction) -> None:
        contents: set[str] = set()
        if self._leaving:
            contents |= await _contents(transaction, cypher.LEAVE, rows=self._leaving)
        nodes = [{name: row[name] for name in ("key", "id", "properties")} for row in self._rows]
        taken = await (await transaction.run(cypher.TAKE, rows=nodes)).single(strict=True)
        same, done = set(taken["same"]), set(taken["related"])
        contents |= set(taken["contents"])
        contents |= {it["content"] for it in self._rows if it["content"] and it["key"] not in same}
        related = [row for row in self._rows if row["key"] not in done]
        if taken["otherwise"]:
            await _run(transaction, cypher.CLEAR, keys=taken["otherwise"])
        if related:
            names = ("key", "folder", "neighbors")
            ends = [{name: row[name] for name in names} for row in related]
            await _run(transaction, cypher.RELATE, rows=ends)
        for name, statement in cypher.HUBS.items():
            if hubs := hubs_of(related, name):
                await _run(transaction, statement, hubs=hubs)
        if contents:
            await _run(transaction, cypher.DUPLICATES, contents=sorted(contents))


class _Removing:
    def __init__(self, ids: Sequence[str]) -> None:
        self._ids = ids

    async def __call__(self, transaction: AsyncManagedTransaction) -> None:
        contents = await _contents(transaction, cypher.REMOVE, ids=self._ids)
        if contents:
            await _run(transaction, cypher.DUPLICATES, contents=sorted(contents))


class _Tidying:
    def __init__(self, statement: str) -> None:
        self._statement = statement

    async def __call__(self, transaction: AsyncManagedTransaction) -> int:
        record = await (await transaction.run(self._statement, limit=_BATCH)).single()
        return int(record["gone"]) if record else 0


async def _run(transaction: AsyncManagedTransaction, statement: str, **values: object) -> None:
    await (await transaction.run(statement, values)).consume()


async def _contents(
    transaction: AsyncManagedTransaction, statement: str, **values: object
) -> set[str]:
    record = await (await transaction.run(statement, values)).single()
    return set(record["contents"]) if record else set()


def _rows(files: Sequence[GraphFile]) -> list[Row]:
    return sorted(map(row_of, files), key=lambda row: row["key"])


def _neighbor(record: Mapping[str, Any]) -> GraphNeighbor:
    path = raw_path(record["path"], record["path_b64"])
    return GraphNeighbor(record["id"], path, record["role"], outgoing=record["outgoing"])
