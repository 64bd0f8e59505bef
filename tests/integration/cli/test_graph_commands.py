"""The graph is written again from the catalog, beside an Apollonia that runs."""

import os
from urllib.parse import urlsplit

import pytest

from apollonia.adapters.database import Database
from apollonia.adapters.graph import SqlGraph
from apollonia.adapters.graph.neo4j_access import Neo4jAccess
from apollonia.adapters.graph.neo4j_graph import Neo4jGraph
from apollonia.ports.graph import GraphFile
from apollonia.testing.installation import Installation


@pytest.fixture(params=["sql", "neo4j"])
def server(request, monkeypatch) -> str:
    """The address of Neo4j, as people give it; empty: the embedded graph."""
    if request.param == "sql":
        return ""
    url = request.getfixturevalue("neo4j_url")
    parts = urlsplit(url)
    monkeypatch.setenv("NEO4J_URI", f"{parts.scheme}://{parts.hostname}:{parts.port}")
    monkeypatch.setenv("NEO4J_USER", "neo4j")
    monkeypatch.setenv("NEO4J_PASSWORD", parts.password or "")
    return str(url)


async def test_damaged_graph_is_that_of_the_catalog_after_a_rebuild(tmp_path, server):
    root, data = tmp_path / "media", tmp_path / "data"
    root.mkdir()
    for name in ("a.flac", "a.lrc", "b.flac"):
        (root / name).write_bytes(name.encode())
    with Installation([root], data) as running:
        running.wait_scanned()
        running.wait_for(lambda: len(running.all_files()) == 3, 10, "the files")
        ids = {item["name"]: item["id"] for item in running.all_files()}
        database = Database(data / "catalog.db")
        await database.open()
        graph = Neo4jGraph(Neo4jAccess(url=server)) if server else SqlGraph(database)
        try:
            await graph.remove([ids["a.flac"]])
            path = os.fsencode(root / "gone")
            await graph.apply([GraphFile("stale", path, "audio", True, ())])
            done = running.command("graph", "rebuild", "--data", str(data))
            assert done.returncode == 0, done.stderr
            assert "all 3 files" in done.stdout
            assert sorted(await graph.ids("", 10)) == sorted(ids.values())
            near = {(it.id, it.role) for it in await graph.neighbors(ids["a.flac"])}
            assert (ids["a.lrc"], "lyrics") in near
        finally:
            await graph.close()
            await database.close()
