"""What is special to the graph in Neo4j: its model, its driver's manners, its absence."""

import asyncio
import random
import socket
import time
from contextlib import asynccontextmanager
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from neo4j import AsyncGraphDatabase, GraphDatabase

from apollonia.adapters.graph.neo4j_access import Neo4jAccess, Neo4jSessions
from apollonia.adapters.graph.neo4j_graph import Neo4jGraph
from apollonia.errors import ConfigurationError, GraphUnavailableError
from apollonia.ports.graph import GraphEdge, GraphFile

pytestmark = pytest.mark.service


def account(url: str) -> tuple[str, tuple[str, str]]:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port}", ("neo4j", parts.password or "")


@asynccontextmanager
async def opened(url: str, **more):
    graph = Neo4jGraph(Neo4jAccess(url=url, **more))
    try:
        await graph.open()
        yield graph
    finally:
        await graph.close()


def ask(url: str, statement: str) -> list[tuple[Any, ...]]:
    address, auth = account(url)
    with GraphDatabase.driver(address, auth=auth) as driver:
        return sorted(tuple(record.values()) for record in driver.execute_query(statement).records)


def a_song(name: str, **more) -> GraphFile:
    told: dict[str, Any] = {
        "sha256_hash": f"{name:0>64}",
        "xxh128_hash": "x" * 32,
        "size": 7,
        "artists": ("Björk", "BJÖRK", "Nils"),
        "album": "Vespertine",
        "genres": ("Pop",),
    } | more
    edges = (GraphEdge(b"/m/%s.lrc" % name.encode(), "lyrics"),)
    return GraphFile(name, b"/m/%s.flac" % name.encode(), "audio", True, edges, **told)


async def test_file_is_related_to_folder_artists_album_and_genre(neo4j_url):
    async with opened(neo4j_url) as graph:
        for _ in range(2):
            await graph.apply([a_song("1"), a_song("2", album_artist="Various")])
        related = ask(
            neo4j_url,
            "MATCH (f:File)-[r]->(o) WHERE type(r) <> 'NEIGHBOR'"
            " RETURN f.id, type(r), coalesce(o.name, o.title, o.path), coalesce(o.artist, '')",
        )
        assert related == sorted(
            (id_, *rest)
            for id_, by in (("1", "Björk"), ("2", "Various"))
            for rest in (
                ("BY", "Björk", ""),
                ("BY", "Nils", ""),
                ("HAS_GENRE", "Pop", ""),
                ("IN_FOLDER", "/m", ""),
                ("ON_ALBUM", "Vespertine", by),
            )
        )
        facts = "MATCH (f:File {id: '1'}) RETURN f.path, f.sha256, f.xxh128, f.size, f.kind"
        assert ask(neo4j_url, facts) == [("/m/1.flac", f"{1:064}", "x" * 32, 7, "audio")]
        await graph.apply([a_song("1", artists=(), album=None, genres=())])
        left = ask(neo4j_url, "MATCH (f:File {id: '1'})-[r]->() RETURN type(r)")
        assert left == [("IN_FOLDER",), ("NEIGHBOR",)]


async def test_copies_point_to_the_first_of_them(neo4j_url):
    pairs = "MATCH (a)-[:DUPLICATE_OF]->(b) RETURN a.id, b.id"
    same = {"sha256_hash": "a" * 64}
    async with opened(neo4j_url) as graph:
        await graph.apply([a_song("2", **same), a_song("9")])
        await graph.apply([a_song("3", **same)])
        assert ask(neo4j_url, pairs) == [("3", "2")]
        await graph.apply([a_song("1", **same)])
        assert ask(neo4j_url, pairs) == [("2", "1"), ("3", "1")]
        await graph.remove(["1"])
        assert ask(neo4j_url, pairs) == [("3", "2")]
        await graph.apply([a_song("3", sha256_hash="b" * 64)])
        assert ask(neo4j_url, pairs) == []
        empty = {"sha256_hash": "e" * 64, "size": 0}
        await graph.apply([a_song("5", **empty), a_song("6", **empty)])
        assert ask(neo4j_url, pairs) == []


async def test_tidying_leaves_nothing_over(neo4j_url):
    async with opened(neo4j_url) as graph:
        await graph.apply([a_song("1"), a_song("2")])
        await graph.remove(["1", "2"])
        await graph.tidy()
    assert ask(neo4j_url, "MATCH (n) RETURN labels(n)") == []


async def test_every_merge_key_is_unique(neo4j_url):
    async with opened(neo4j_url):
        pass
    rows = ask(neo4j_url, "SHOW CONSTRAINTS YIELD labelsOrTypes AS l, properties AS p RETURN l, p")
    keyed = [([label], ["key"]) for label in ["Album", "Artist", "File", "Folder", "Genre", "Mood"]]
    assert [row for row in rows if row[1] == ["key"]] == keyed
    assert (["File"], ["id"]) in rows


async def test_writers_at_once_end_with_each_relation_once(neo4j_url):
    songs = [a_song(f"{n:03}", artists=(f"A{n % 3}",), album=f"L{n % 7}") for n in range(120)]
    order = random.Random(5)
    async with opened(neo4j_url) as one, opened(neo4j_url) as two:

        async def write(graph) -> None:
            for _ in range(4):
                await graph.apply(order.sample(songs, 60))

        await asyncio.gather(*(write(graph) for graph in (one, one, two, two)))
        await one.apply(songs)
    count = "MATCH (f:File) WHERE f.id IS NOT NULL OPTIONAL MATCH (f)-[r]->() RETURN f.id, count(r)"
    assert ask(neo4j_url, count) == [(song.id, 5) for song in songs]


class Recording:
    """A driver that notes which access its transactions ask for."""

    def __init__(self, driver) -> None:
        self._driver = driver
        self.asked: list[str] = []
        self.bookmarks: list[Any] = []

    def session(self, **settings):
        self.bookmarks.append(settings["bookmark_manager"])
        session = self._driver.session(**settings)
        open_connection = session._connect

        async def connect(access_mode, **more):
            self.asked.append(access_mode)
            await open_connection(access_mode=access_mode, **more)

        session._connect = connect
        return session

    async def close(self) -> None:
        await self._driver.close()


async def test_reads_ask_for_read_access_and_know_our_writes(neo4j_url):
    address, auth = account(neo4j_url)
    driver = Recording(AsyncGraphDatabase.driver(address, auth=auth))
    access = Neo4jAccess(url=neo4j_url)
    graph = Neo4jGraph(access, Neo4jSessions(access, cast("Any", driver)))
    await graph.open()
    await graph.apply([a_song("1")])  # makes the constraints, too
    driver.asked.clear()
    await graph.apply([a_song("1")])
    assert driver.asked == ["WRITE"]
    driver.asked.clear()
    await graph.neighbors("1")
    await graph.ids("", 1)
    await graph.ping()
    assert driver.asked == ["READ"] * 3
    assert len({id(it) for it in driver.bookmarks}) == 1
    assert list(await driver.bookmarks[0].get_bookmarks())
    await graph.close()


async def test_wrong_password_is_a_matter_of_configuration(neo4j_url):
    address, _ = account(neo4j_url)
    with pytest.raises(ConfigurationError, match="NEO4J_PASSWORD") as refused:
        async with opened(address, password="wrong"):
            pass
    assert "wrong" not in refused.value.message


async def test_away_is_told_in_time_and_does_not_stop_a_start():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.monotonic()
    async with opened(f"neo4j://127.0.0.1:{port}", password="x", retry_s=0.2) as graph:
        with pytest.raises(GraphUnavailableError):
            await graph.ping()
        with pytest.raises(GraphUnavailableError):
            await graph.apply([a_song("1")])
    assert time.monotonic() - began < 10


async def test_server_that_says_nothing_is_given_up():
    async def hear(reader, writer) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(hear, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        began = time.monotonic()
        limits = {"limit_s": 0.5, "connect_s": 0.3, "retry_s": 0.2}
        async with opened(f"bolt://127.0.0.1:{port}", password="x", **limits) as graph:
            with pytest.raises(GraphUnavailableError):
                await graph.neighbors("1")
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("scheme", ["neo4j", "neo4j+ssc"])
def test_own_authority_without_tls_is_refused(scheme, tmp_path):
    with pytest.raises(ConfigurationError, match="CA_FILE"):
        Neo4jGraph(Neo4jAccess(url=f"{scheme}://host:7687", ca_file=tmp_path / "ca.pem"))
