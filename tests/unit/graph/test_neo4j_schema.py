"""Who makes Neo4j's constraints: the one that writes, once."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from apollonia.adapters.graph.neo4j_access import Neo4jAccess, Neo4jSessions
from apollonia.adapters.graph.neo4j_graph import Neo4jGraph
from apollonia.adapters.graph.neo4j_statements import SCHEMA


class Sessions:
    """Takes every statement, and notes those that change the schema."""

    def __init__(self) -> None:
        self.schema: list[str] = []

    async def verify(self) -> None:
        return None

    async def run(self, statement: str) -> None:
        self.schema.append(statement)

    async def read(self, _work: Callable[..., Awaitable[Any]]) -> list[Any]:
        return []

    async def write(self, _work: Callable[..., Awaitable[Any]]) -> None:
        return None


async def test_constraints_are_made_once_and_by_writing_alone() -> None:
    sessions = Sessions()
    access = Neo4jAccess(url="neo4j://127.0.0.1:7687")
    graph = Neo4jGraph(access, cast("Neo4jSessions", sessions))
    await graph.open()
    await graph.neighbors("song")
    await graph.ids("", 10)
    assert sessions.schema == []
    await graph.remove(["song"])
    await graph.remove(["other"])
    assert sessions.schema == list(SCHEMA)
