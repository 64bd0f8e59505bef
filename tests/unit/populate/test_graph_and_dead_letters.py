"""The two smaller handlers: the graph's projection, and what could not be handled."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from apollonia.domain.kinds import Availability
from apollonia.domain.neighbours import Role
from apollonia.domain.ordering import Version
from apollonia.domain.place import Place, Relation
from apollonia.domain.several import several
from apollonia.errors import MalformedMessageError
from apollonia.messages import Change
from apollonia.populate.dead_letters import DeadLetterKeeper
from apollonia.populate.graph_projector import GraphProjector
from apollonia.populate.graph_rebuild import GraphRebuild, Rebuilt
from apollonia.ports.bus import Delivery
from apollonia.ports.graph import GraphEdge, GraphFile, version_of
from apollonia.testing.builders import START_MICROS, a_message, a_place, a_time
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_catalog import MemoryCatalog
from apollonia.work.dead_letter import dead_letter
from apollonia.work.refused import Refused


class MemoryGraph:
    def __init__(self) -> None:
        self.files: dict[str, GraphFile] = {}
        self.calls: list[str] = []

    async def apply(self, files: Sequence[GraphFile]) -> None:
        self.calls.append("apply")
        self.files |= {file.id: file for file in files}

    async def ids(self, after: str, limit: int) -> Sequence[str]:
        return sorted(one for one in self.files if one > after)[:limit]

    async def tidy(self) -> None:
        self.calls.append("tidy")

    async def remove(self, ids: Collection[str]) -> None:
        self.calls.append("remove")
        for id_ in ids:
            self.files.pop(id_, None)


class World:
    def __init__(self) -> None:
        self.catalog, self.graph = MemoryCatalog(), MemoryGraph()

    async def save(self, *places: Place) -> None:
        async with self.catalog.begin() as unit:
            await unit.save_places(places)

    async def project(self, *ids: str, entity: str = "file") -> None:
        library, graph = cast("Any", self.catalog), cast("Any", self.graph)
        deliveries = []
        for position, id_ in enumerate(ids, 1):
            change = Change(
                position=position, entity=entity, id=id_, op="updated", timestamp=a_time()
            )
            body = change.model_dump_json().encode()
            deliveries.append(Delivery(a_message(body), "q", 0, None))
        await GraphProjector(library=library, graph=graph)(None, deliveries)


async def test_graph_gets_files_with_their_neighbours() -> None:
    world = World()
    place = a_place(path=b"/m/a.flac", neighbors=(Relation(b"/m/a.lrc", Role.LYRICS),))
    await world.save(place)
    await world.project(place.id, place.id)
    assert world.graph.files == {
        place.id: GraphFile(
            place.id,
            b"/m/a.flac",
            "audio",
            True,
            (GraphEdge(b"/m/a.lrc", "lyrics"),),
            place.sha256_hash,
            place.xxh128_hash,
            place.size,
            artists=("Artist",),
            album="Album",
            version=version_of(place.version.timestamp, place.version.message_id),
        )
    }
    assert world.graph.calls == ["apply"]


async def test_graph_has_the_row_of_now_whatever_the_change_said() -> None:
    world, place = World(), a_place()
    await world.save(place)
    await world.project(place.id)
    await world.save(replace(place, availability=Availability.MISSING))
    await world.project(place.id)
    assert world.graph.files[place.id].present is False


async def test_graph_loses_files_that_the_catalog_does_not_have() -> None:
    world, place = World(), a_place()
    world.graph.files["gone"] = GraphFile("gone", b"/x", "audio", True, ())
    await world.save(place)
    await world.project("gone", place.id)
    assert list(world.graph.files) == [place.id]


async def test_graph_gets_the_newest_row_where_another_writer_was_faster() -> None:
    """Between our reading and our writing, another projector has read and written more."""
    world, place = World(), a_place()
    newer = replace(
        place, size=2, version=Version("2024-02-01T00:00:00.000000+00:00", place.version.message_id)
    )
    await world.save(place)
    apply = world.graph.apply

    async def late(files: Sequence[GraphFile]) -> None:
        if world.graph.apply is late:
            world.graph.apply = apply  # type: ignore[method-assign]
            await world.save(newer)
            await apply([GraphFile.of(newer)])
        await apply(files)

    world.graph.apply = late  # type: ignore[method-assign]
    await world.project(place.id)
    assert world.graph.files[place.id].size == 2


async def test_graph_keeps_no_file_that_was_purged_while_it_was_written() -> None:
    world, place = World(), a_place()
    await world.save(place)
    apply = world.graph.apply

    async def late(files: Sequence[GraphFile]) -> None:
        world.catalog._state.places.pop(place.id, None)
        await apply(files)

    world.graph.apply = late  # type: ignore[method-assign]
    await world.project(place.id)
    assert world.graph.files == {}


async def test_rebuild_writes_all_and_takes_away_what_the_catalog_does_not_have() -> None:
    world = World()
    places = [a_place(path=b"/m/%d.flac" % number) for number in range(25)]
    await world.save(*places)
    stale = GraphFile("stale", b"/x", "audio", True, ())
    world.graph.files |= {"stale": stale, places[3].id: replace(stale, id=places[3].id)}
    told: list[Rebuilt] = []
    library, graph = cast("Any", world.catalog), cast("Any", world.graph)
    done = await GraphRebuild(library=library, graph=graph, batch=10).run(told.append)
    assert done == Rebuilt(25, 1)
    assert [it.written for it in told[:3]] == [10, 20, 25]
    assert world.graph.files == {place.id: GraphFile.of(place) for place in places}
    assert world.graph.calls[-1] == "tidy"


def test_names_in_one_tag() -> None:
    assert several("Nils; Björk ;;Nils") == ("Nils", "Björk")
    assert several("AC/DC, live") == ("AC/DC, live",)
    assert several(None) == several(" ;") == ()
    assert len(several(";".join(map(str, range(99))))) == 16


async def test_graph_ignores_changes_of_other_entities() -> None:
    world = World()
    await world.project("x", entity="album")
    assert world.graph.calls == []


async def test_graph_refuses_malformed_changes_only() -> None:
    projector = GraphProjector(library=cast("Any", None), graph=cast("Any", None))
    bad = a_message(b"{}")
    with pytest.raises(Refused) as refused:
        await projector(None, [Delivery(bad, "q", 0, None)])
    assert list(refused.value.reasons) == [bad.message_id]


async def test_dead_letters_keep_message_and_reason_once() -> None:
    catalog, keeper = MemoryCatalog(), DeadLetterKeeper(clock=ManualClock())
    delivery = Delivery(a_message(b"bad"), "apollonia-populator", 2, None)
    letter = dead_letter(delivery, MalformedMessageError("no size"), START_MICROS)
    dead = Delivery(letter, "apollonia-populator.dead", 0, None)
    for _ in range(2):
        async with catalog.begin() as unit:
            await keeper(unit, [dead])
    (kept,) = catalog.dead_letters
    assert kept.message_id == delivery.message.message_id
    assert (kept.queue, kept.schema, kept.body) == (
        "apollonia-populator",
        "apollonia.file/1",
        b"bad",
    )
    assert (kept.error, kept.reason, kept.attempts) == ("malformed_message", "no size", 3)
    assert kept.time == a_time()
    assert kept.headers == {}


async def test_dead_letters_keep_the_producers_headers_and_mend_odd_times() -> None:
    catalog, keeper = MemoryCatalog(), DeadLetterKeeper(clock=ManualClock())
    message = a_message(b"x", headers={"traceparent": "00-1", "x-time": "noon", "x-attempts": "2"})
    async with catalog.begin() as unit:
        await keeper(unit, [Delivery(message, "q.dead", 0, None)])
    (kept,) = catalog.dead_letters
    assert (kept.headers, kept.time, kept.attempts) == ({"traceparent": "00-1"}, a_time(), 2)


async def test_dead_letters_of_the_broker_itself_are_kept_too() -> None:
    catalog, keeper = MemoryCatalog(), DeadLetterKeeper(clock=ManualClock())
    async with catalog.begin() as unit:
        await keeper(unit, [Delivery(a_message(b"x"), "apollonia-graph.dead", 0, None)])
    (kept,) = catalog.dead_letters
    assert (kept.queue, kept.error, kept.attempts) == ("apollonia-graph", "undeliverable", 0)


async def test_dead_letter_reason_is_bounded() -> None:
    delivery = Delivery(a_message(), "q", 0, None)
    assert len(dead_letter(delivery, ValueError("x" * 10_000), 0).headers["x-reason"]) == 2000
