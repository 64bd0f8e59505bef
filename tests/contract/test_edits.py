"""What every store of people's words promises. A new adapter joins by a line in ``STORES``."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any

import pytest

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.edits import SqlEdits
from apollonia.domain.edits import Edit, Target, TargetKind, checked
from apollonia.domain.ids import uuid7
from apollonia.domain.kinds import Availability
from apollonia.domain.place import Place
from apollonia.ports.catalog import Catalog
from apollonia.ports.edits import Edits, Play
from apollonia.testing.builders import SHA256, a_place, a_time
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_catalog import MemoryCatalog
from apollonia.testing.memory_edits import MemoryEdits

OTHER = "c" * 64


@dataclass
class Setup:
    catalog: Catalog
    edits: Edits

    async def save(self, *places: Place) -> None:
        async with self.catalog.begin() as unit:
            await unit.save_places(places)

    async def edited(self, *places: Place) -> list[Any]:
        async with self.catalog.begin() as unit:
            found = await unit.places_by_id([it.id for it in places])
        return [found[it.id].edited for it in places]


async def _sql(open_database) -> Setup:
    database = await open_database()
    return Setup(SqlCatalog(database), SqlEdits(database, clock=ManualClock()))


async def _memory(_open_database) -> Setup:
    catalog = MemoryCatalog()
    return Setup(catalog, MemoryEdits(catalog))


STORES = {"sql": _sql, "memory": _memory}


@pytest.fixture(params=STORES)
async def setup(request, open_database) -> Setup:
    return await STORES[request.param](open_database)


def an_edit(target: Target, second: float = 0, actor: str = "owner", **patch: Any) -> Edit:
    return Edit(uuid7(), target, actor, a_time(second), checked(target.kind, patch))


def place_of(place: Place) -> Target:
    return Target(TargetKind.PLACE, place.id)


CONTENT = Target(TargetKind.CONTENT, SHA256)


async def test_edits_reach_the_files_they_are_about(setup):
    one, two, other = a_place(), a_place(), a_place(sha256_hash=OTHER)
    await setup.save(one, two, other)

    await setup.edits.apply([an_edit(CONTENT, year=1999), an_edit(place_of(one), title="T")])

    year = {"year": 1999}
    assert await setup.edited(one, two, other) == [{"title": "T", **year}, year, None]
    told = await setup.catalog.relay_changes(10)
    assert {(it.entity, it.id, it.op) for it in told} == {
        ("file", one.id, "updated"),
        ("file", two.id, "updated"),
    }


async def test_newest_edit_counts_in_any_order_and_once(setup):
    one = a_place()
    await setup.save(one)
    late, early = an_edit(place_of(one), 9, title="late"), an_edit(place_of(one), 1, title="early")
    withdrawn = an_edit(place_of(one), 5, note=None)

    for batch in ([late], [early, withdrawn], [late, early], [an_edit(place_of(one), 4, note="n")]):
        await setup.edits.apply(batch)

    assert await setup.edited(one) == [{"title": "late"}]
    said = await setup.edits.said([place_of(one)], "owner")
    assert {it.field: it.value for it in said[place_of(one)].values()} == {"title": "late"}
    assert said[place_of(one)]["title"].version == late.version


async def test_edits_survive_rescan_move_new_content_and_return(setup):
    one = a_place()
    await setup.edits.apply([an_edit(place_of(one), title="T"), an_edit(CONTENT, tempo_bpm=120)])
    await setup.save(one)
    assert await setup.edited(one) == [{"tempo_bpm": 120.0, "title": "T"}]
    await setup.save(replace(one, path=b"/music/elsewhere.flac", edited=None))
    assert await setup.edited(one) == [{"tempo_bpm": 120.0, "title": "T"}]
    await setup.save(replace(one, sha256_hash=OTHER))
    assert await setup.edited(one) == [{"title": "T"}]
    copy = a_place()
    await setup.save(copy)
    assert await setup.edited(copy) == [{"tempo_bpm": 120.0}]


async def test_a_deleted_file_is_itself_again_when_it_is_restored(setup):
    one = a_place(availability=Availability.MISSING, missing_since=a_time())
    await setup.save(one)
    await setup.edits.apply([an_edit(place_of(one), 1, deleted=True)])
    async with setup.catalog.begin() as unit:
        assert (await unit.places_by_id([one.id]))[one.id].availability is Availability.MISSING
    assert await setup.catalog.purge_missing(a_time(99), a_time(99), 10) == 0 or isinstance(
        setup.catalog, MemoryCatalog
    )
    await setup.edits.apply([an_edit(place_of(one), 2, deleted=None)])


async def test_what_is_personal_belongs_to_each_person(setup):
    one = a_place()
    target = place_of(one)
    await setup.save(one)
    await setup.edits.apply(
        [
            an_edit(target, rating=4.5, favourite=True),
            an_edit(target, 1, "guest", rating=2),
            an_edit(target, 2, "guest", tags={"x": True}),
        ]
    )

    mine = (await setup.edits.said([target], "owner"))[target]
    theirs = (await setup.edits.said([target], "guest"))[target]
    assert {name: it.value for name, it in mine.items()} == {
        "rating": 4.5,
        "favourite": True,
        "tag/x": True,
    }
    assert theirs["rating"].value == 2
    assert await setup.edited(one) == [{"tags": ["x"]}]
    liked = await setup.edits.about("owner", "favourite", after="", limit=10)
    assert [(it.field, it.value) for it in liked] == [(target.key, True)]
    assert await setup.edits.about("owner", "favourite", after=target.key, limit=10) == []
    assert await setup.edits.about("guest", "favourite", after="", limit=10) == []


async def test_plays_count_once_and_tell_where_to_go_on(setup):
    one, two = a_place(), a_place()
    whole = Play(uuid7(), one.id, "owner", a_time(5))
    broken_off = Play(uuid7(), one.id, "owner", a_time(9), 4_000)
    await setup.edits.play([whole, Play(uuid7(), two.id, "owner", a_time(7))])
    await setup.edits.play([broken_off])
    await setup.edits.play([whole, Play(uuid7(), one.id, "owner", a_time(1))])
    await setup.edits.play([Play(uuid7(), one.id, "guest", a_time(99))])

    found = await setup.edits.plays("owner", [one.id, two.id])
    assert (found[one.id].plays, found[one.id].position_ms) == (2, 4_000)
    assert (found[two.id].plays, found[two.id].timestamp) == (1, a_time(7))
    assert [it.place_id for it in await setup.edits.recent_plays("owner", 9)] == [one.id, two.id]


async def test_collections_are_ordered_renamed_deleted_and_restored(setup):
    mixed, saved = (Target(TargetKind.COLLECTION, id_) for id_ in ("a", "b"))
    await setup.edits.apply(
        [
            an_edit(mixed, name="Mix", items={"x": 2, "y": 1, "z": 3}),
            an_edit(saved, name="Loud", query="loudness:>-9"),
            an_edit(mixed, 1, items={"y": 2.5, "z": None}),
        ]
    )

    assert await setup.edits.items("a") == ["x", "y"]
    found = await setup.edits.collections()
    assert [(it.id, it.name, it.query, it.actor) for it in found] == [
        ("a", "Mix", None, "owner"),
        ("b", "Loud", "loudness:>-9", "owner"),
    ]
    await setup.edits.apply([an_edit(saved, 2, deleted=True)])
    assert [it.id for it in await setup.edits.collections()] == ["a"]
    assert [it.id for it in await setup.edits.collections(deleted=True)] == ["b"]
    await setup.edits.apply([an_edit(saved, 3, deleted=None)])
    assert [it.id for it in await setup.edits.collections()] == ["a", "b"]


async def test_edits_and_files_at_once_lose_nothing(setup):
    places = [a_place(sha256_hash=f"{n:064x}") for n in range(40)]

    async def edit() -> None:
        for place in places:
            await setup.edits.apply([an_edit(place_of(place), title=place.id)])

    async def scan() -> None:
        for start in range(0, 40, 8):
            await setup.save(*places[start : start + 8])

    await asyncio.gather(edit(), scan(), scan())
    assert await setup.edited(*places) == [{"title": place.id} for place in places]
