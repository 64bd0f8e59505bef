"""What every ``Graph`` promises. A new adapter joins by a line in ``GRAPHS``."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from apollonia.adapters.database import Database, DatabaseOptions
from apollonia.adapters.graph import SqlGraph
from apollonia.adapters.graph.neo4j_access import Neo4jAccess
from apollonia.adapters.graph.neo4j_graph import Neo4jGraph
from apollonia.ports.graph import Graph, GraphEdge, GraphFile, GraphNeighbor

GRAPHS = ("sqlite", "postgresql", "neo4j")


@pytest.fixture(params=GRAPHS)
def url(request, empty_database) -> str:
    """Where the test's graph is; it is empty."""
    if request.param == "neo4j":
        return str(request.getfixturevalue("neo4j_url"))
    return str(empty_database(request.param))


@pytest.fixture
async def graph(url) -> AsyncIterator[Graph]:
    if url.startswith("neo4j"):
        neo4j = Neo4jGraph(Neo4jAccess(url=url))
        await neo4j.open()
        yield neo4j
        await neo4j.close()
        return
    options = DatabaseOptions(readers=2, write_cache_mib=4, read_cache_mib=2, pool=4)
    database = Database(url, options=options)
    await database.open()
    yield SqlGraph(database)
    await database.close()


def a_file(id_: str, path: bytes, *neighbors: tuple[bytes, str]) -> GraphFile:
    edges = tuple(GraphEdge(other, role) for other, role in neighbors)
    return GraphFile(id=id_, path=path, kind="audio", present=True, neighbors=edges)


SONG = a_file("song", b"/m/song", (b"/m/cover", "artwork"), (b"/m/\xff\n", "lyrics"))
COVER = a_file("cover", b"/m/cover")


async def test_neighbors_are_told_from_both_ends(graph):
    await graph.apply([SONG, COVER])

    assert set(await graph.neighbors("song")) == {
        GraphNeighbor("cover", b"/m/cover", "artwork", outgoing=True),
        GraphNeighbor(None, b"/m/\xff\n", "lyrics", outgoing=True),
    }
    assert list(await graph.neighbors("cover")) == [
        GraphNeighbor("song", b"/m/song", "artwork", outgoing=False)
    ]
    assert list(await graph.neighbors("nobody")) == []


async def test_apply_is_idempotent_and_in_any_order(graph):
    await graph.apply([SONG])
    before = set(await graph.neighbors("song"))
    assert {it.id for it in before} == {None}

    for _ in range(2):
        await graph.apply([COVER])
        await graph.apply([SONG])

    assert {(it.id, it.path) for it in await graph.neighbors("song")} == {
        ("cover", b"/m/cover"),
        (None, b"/m/\xff\n"),
    }


async def test_apply_replaces_all_neighbours(graph):
    await graph.apply([SONG, COVER])

    await graph.apply([replace(SONG, neighbors=(GraphEdge(b"/m/cue", "cue"),))])

    assert [(it.path, it.role) for it in await graph.neighbors("song")] == [(b"/m/cue", "cue")]
    assert list(await graph.neighbors("cover")) == []


async def test_moved_file_keeps_its_edges_and_leaves_those_to_its_old_path(graph):
    await graph.apply([SONG, COVER])

    await graph.apply([replace(COVER, path=b"/m/moved")])

    assert (None, b"/m/cover") in {(it.id, it.path) for it in await graph.neighbors("song")}
    assert list(await graph.neighbors("cover")) == []


async def test_path_is_one_node_whoever_has_it(graph):
    await graph.apply([SONG, COVER])

    await graph.apply([replace(COVER, id="other")])

    assert [it.id for it in await graph.neighbors("song") if it.path == b"/m/cover"] == ["other"]
    assert list(await graph.neighbors("cover")) == []
    assert [it.id for it in await graph.neighbors("other")] == ["song"]


async def test_files_exchange_their_paths(graph):
    one, two = a_file("1", b"/m/1", (b"/m/x", "cue")), a_file("2", b"/m/2")
    await graph.apply([one, two])

    await graph.apply([replace(one, path=b"/m/2"), replace(two, path=b"/m/1")])
    await graph.apply([a_file("3", b"/m/3", (b"/m/2", "sibling"))])

    assert [it.id for it in await graph.neighbors("3")] == ["1"]
    assert [it.path for it in await graph.neighbors("1")] == [b"/m/x", b"/m/3"]


async def test_remove_takes_file_and_outgoing_edges(graph):
    await graph.apply([SONG, COVER])

    await graph.remove(["song", "nobody"])
    assert list(await graph.neighbors("cover")) == []

    await graph.apply([SONG])
    await graph.remove(["cover"])
    assert {it.id for it in await graph.neighbors("song")} == {None}


async def test_neighbors_are_limited(graph):
    songs = [a_file(f"{n:04}", b"/m/%d" % n, (b"/m/cover", "artwork")) for n in range(300)]
    await graph.apply([COVER, *songs])

    assert len(await graph.neighbors("cover")) == 256
    assert len(await graph.neighbors("cover", limit=5)) == 5


async def test_many_files_at_once(graph):
    files = [a_file(f"{n}", b"/m/%d" % n, (b"/m/%d" % (n + 1), "sibling")) for n in range(1_200)]
    await graph.apply(files)
    await graph.apply(files)

    assert {it.id for it in await graph.neighbors("600")} == {"599", "601"}
    await graph.remove([file.id for file in files])
    assert list(await graph.neighbors("600")) == []


async def test_ids_are_told_in_order_a_page_at_a_time(graph):
    files = [a_file(id_, b"/m/" + id_.encode(), (b"/m/x", "cue")) for id_ in ("b", "a", "d", "c")]
    await graph.apply(files)

    assert list(await graph.ids("", 3)) == ["a", "b", "c"]
    assert list(await graph.ids("c", 3)) == ["d"]
    await graph.remove(["a", "b", "c", "d"])
    await graph.tidy()
    assert list(await graph.ids("", 3)) == []


async def test_tidying_keeps_what_is_referred_to(graph):
    await graph.apply([SONG, COVER])
    before = set(await graph.neighbors("song"))

    await graph.tidy()

    assert set(await graph.neighbors("song")) == before


async def test_same_neighbour_twice_counts_once(graph):
    edge = GraphEdge(b"/m/cover", "artwork")
    await graph.apply([replace(SONG, neighbors=(edge, edge, GraphEdge(b"/m/cover", "sibling")))])

    assert [it.role for it in await graph.neighbors("song")] == ["artwork", "sibling"]


async def test_ping_answers(graph):
    await graph.ping()
    await graph.apply([])
    await graph.remove([])
