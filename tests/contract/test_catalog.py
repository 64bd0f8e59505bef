"""What every ``Catalog`` promises. A new adapter joins by a line in ``CATALOGS``."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.database import Database
from apollonia.domain.ids import uuid5_of, uuid7
from apollonia.domain.kinds import AnalysisState, Availability, Kind, Status
from apollonia.domain.neighbours import Role
from apollonia.domain.ordering import Version
from apollonia.domain.place import Place, Relation, Tombstone
from apollonia.errors import ConflictError
from apollonia.ports.catalog import Catalog, DeadLetter, PendingChange, StoredEvent
from apollonia.testing.builders import a_media, a_place, a_time
from apollonia.testing.memory_catalog import MemoryCatalog

NAMES = {
    "newline": b"/music/a\nb\r\n.flac",
    "not utf-8": b"/music/\xff\xfe\x80 caf\xe9.mp3",
    "emoji": "/music/🎧 👩‍👩‍👧.flac".encode(),
    "right to left": "/music/\u0645\u0631\u062d \u202egnp.flac".encode(),
    "combining": "/music/e\u0301 n\u0303.flac".encode(),
    "composed": "/music/é ñ.flac".encode(),
    "4000 characters": b"/music/" + b"/".join([b"x" * 249] * 16) + b"/end.flac",
    "quotes": b'/music/it\'s "50%" _;-- \\x41 :a ?1 {keys}.flac',
    "spaces": b"/music/ a \t.flac ",
}


@dataclass
class Setup:
    """A catalog, and a second connection to the same one."""

    catalog: Catalog
    second: Catalog


async def _memory(_: object) -> Setup:
    catalog = MemoryCatalog()
    return Setup(catalog, catalog)


async def _sql(open_database: Callable[[], Awaitable[Database]]) -> Setup:
    return Setup(SqlCatalog(await open_database()), SqlCatalog(await open_database()))


CATALOGS = {"memory": _memory, "sql": _sql}


@pytest.fixture(params=CATALOGS)
async def setup(request, open_database) -> Setup:
    return await CATALOGS[request.param](open_database)


@pytest.fixture
def catalog(setup):
    return setup.catalog


async def save(catalog: Catalog, *places: Place) -> None:
    async with catalog.begin() as unit:
        await unit.save_places(places)


async def by_id(catalog: Catalog, *ids: str) -> dict[str, Place]:
    async with catalog.begin() as unit:
        return dict(await unit.places_by_id(ids))


async def at(catalog: Catalog, *paths: bytes) -> dict[bytes, Place]:
    async with catalog.begin() as unit:
        return dict(await unit.places_at(paths))


def an_event(**changes) -> StoredEvent:
    event = StoredEvent(
        event_id=uuid7(),
        place_id=uuid7(),
        path=b"/music/a.flac",
        event_type="IN_CREATE",
        timestamp=a_time(),
        received_time=a_time(1),
        origin="scan",
        traceparent=None,
        body=b"{}",
    )
    return replace(event, **changes)


def changes_of(*ids: str) -> list[PendingChange]:
    return [PendingChange("file", id_, "created", a_time()) for id_ in ids]


async def record(catalog: Catalog, *ids: str) -> None:
    async with catalog.begin() as unit:
        await unit.record_changes(changes_of(*ids))


def full_place() -> Place:
    return Place(
        id=uuid7(),
        path=b"/music/full.mkv",
        root="/music",
        kind=Kind.VIDEO,
        format="mkv",
        availability=Availability.MISSING,
        status=Status.UNREADABLE,
        reason_code="truncated",
        reason="the file ends in the middle: copy it again",
        analysis=AnalysisState.PARTIAL,
        sha256_hash="0" * 64,
        xxh128_hash="f" * 32,
        size=2**40,
        modified_time=a_time(1),
        accessed_time=a_time(2),
        changed_time=a_time(3),
        added_time=a_time(4),
        missing_since=a_time(5),
        inode=2**64 - 1,
        links=3,
        version=Version(a_time(6), uuid7()),
        media=a_media(width=1920, frame_rate=23.976).model_dump(mode="json"),
        neighbors=(
            Relation(b"/music/full.en.srt", Role.SUBTITLE, "en", forced=True),
            Relation(b"/music/\xff.jpg", Role.ARTWORK),
        ),
    )


@pytest.mark.parametrize(
    "place",
    [
        full_place(),
        replace(full_place(), media=None, neighbors=(), inode=None, links=None, format=None),
        replace(full_place(), sha256_hash=None, xxh128_hash=None, missing_since=None, size=0),
        replace(full_place(), inode=2**63, root="/müsic/ünïcode"),
    ],
)
async def test_place_comes_back_as_it_was_saved(catalog, place):
    await save(catalog, place)

    assert await by_id(catalog, place.id) == {place.id: place}
    assert await at(catalog, place.path) == {place.path: place}


@pytest.mark.parametrize("path", NAMES.values(), ids=NAMES)
async def test_path_is_kept_byte_by_byte(catalog, path):
    place = a_place(path=path, neighbors=(Relation(path + b".srt", Role.SUBTITLE),))

    await save(catalog, place)

    assert await at(catalog, path) == {path: place}


async def test_composed_and_combining_names_are_two_places(catalog):
    first, second = (a_place(path=NAMES[name]) for name in ("composed", "combining"))

    await save(catalog, first, second)

    assert len(await at(catalog, first.path, second.path)) == 2


@given(
    tails=st.lists(
        st.binary(min_size=1, max_size=60).map(lambda tail: tail.replace(b"\0", b"")),
        min_size=1,
        max_size=20,
        unique=True,
    )
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_any_bytes_are_a_path(catalog, tails):
    places = [a_place(path=b"/r/" + tail, root="/r") for tail in tails]

    await save(catalog, *places)

    expected = {place.path: place for place in places}
    assert await at(catalog, *expected) == expected


async def test_unknown_ids_and_paths_are_left_out(catalog):
    place = a_place()
    await save(catalog, place)

    assert await by_id(catalog, place.id, "nobody") == {place.id: place}
    assert await at(catalog, b"/nowhere") == {}
    assert await by_id(catalog) == {}


async def test_save_replaces_everything_by_id(catalog):
    place = full_place()
    await save(catalog, place)
    other = replace(
        full_place(),
        id=place.id,
        path=b"/other/x.mp3",
        root="/other",
        kind=Kind.AUDIO,
        media=None,
        neighbors=(Relation(b"/other/cover.jpg", Role.ARTWORK),),
    )

    await save(catalog, other)

    assert await by_id(catalog, place.id) == {place.id: other}
    assert await at(catalog, place.path) == {}


async def test_save_takes_the_later_of_two_with_one_id(catalog):
    place = a_place()
    later = replace(place, size=2)

    await save(catalog, place, later)

    assert await by_id(catalog, place.id) == {place.id: later}


async def test_save_takes_more_places_than_one_statement_holds(catalog):
    places = {place.id: place for place in (a_place() for _ in range(1_300))}

    await save(catalog, *places.values())
    await save(catalog, *(replace(place, size=7) for place in places.values()))

    found = await by_id(catalog, *places)
    assert len(found) == 1_300
    assert {place.size for place in found.values()} == {7}


async def test_save_refuses_a_path_that_another_file_has(catalog):
    place = a_place()
    await save(catalog, place)

    with pytest.raises(ConflictError, match=place.id):
        await save(catalog, a_place(), a_place(path=place.path, id=uuid7()))

    assert await at(catalog, place.path) == {place.path: place}


async def test_save_refuses_one_path_for_two_new_files(catalog):
    with pytest.raises(ConflictError):
        await save(catalog, a_place(path=b"/m/a"), a_place(path=b"/m/a", id=uuid7()))

    assert await at(catalog, b"/m/a") == {}


async def test_places_exchange_their_paths(catalog):
    one, two = a_place(path=b"/m/one"), a_place(path=b"/m/two")
    await save(catalog, one, two)

    one, two = replace(one, path=b"/m/two"), replace(two, path=b"/m/one")
    await save(catalog, one, two)

    assert await at(catalog, b"/m/one", b"/m/two") == {b"/m/two": one, b"/m/one": two}


async def test_new_file_takes_the_path_that_another_leaves(catalog):
    mover = a_place(path=b"/m/old")
    await save(catalog, mover)
    mover = replace(mover, path=b"/m/new")
    arrival = a_place(path=b"/m/old", id=uuid7())

    await save(catalog, arrival, mover)

    assert await at(catalog, b"/m/old", b"/m/new") == {b"/m/old": arrival, b"/m/new": mover}


async def test_failed_unit_of_work_leaves_nothing(catalog):
    place, event = a_place(), an_event()

    async def fail_halfway():
        async with catalog.begin() as unit:
            await unit.append_events([event])
            await unit.save_places([place])
            await unit.save_tombstones([Tombstone(b"/m/t", place.version)])
            await unit.record_changes(changes_of(place.id))
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        await fail_halfway()

    async with catalog.begin() as unit:
        assert await unit.known_events([event.event_id]) == frozenset()
        assert await unit.places_at([place.path]) == {}
        assert await unit.tombstones_at([b"/m/t"]) == {}
    assert list(await catalog.relay_changes(10)) == []


async def test_unit_of_work_sees_its_own_writes(catalog):
    place, event = a_place(), an_event()

    async with catalog.begin() as unit:
        await unit.append_events([event])
        await unit.save_places([place])

        assert await unit.known_events([event.event_id, "other"]) == {event.event_id}
        assert await unit.places_by_id([place.id]) == {place.id: place}


async def test_log_ignores_events_that_it_has(catalog):
    event = an_event()
    async with catalog.begin() as unit:
        await unit.append_events([event, replace(event, body=b'"second"')])
    async with catalog.begin() as unit:
        await unit.append_events([replace(event, body=b'"third"'), an_event(event_id="foreign 1")])

    async with catalog.begin() as unit:
        known = await unit.known_events([event.event_id, "foreign 1", "foreign 2"])
    assert known == {event.event_id, "foreign 1"}


async def test_tombstones_are_replaced_and_deleted_by_path(catalog):
    path = b"/m/\xff\n"
    old, new = Version(a_time(), "a"), Version(a_time(1), "b")
    async with catalog.begin() as unit:
        await unit.save_tombstones([Tombstone(path, old), Tombstone(b"/m/x", old)])
    async with catalog.begin() as unit:
        await unit.save_tombstones([Tombstone(path, new)])
    async with catalog.begin() as unit:
        assert await unit.tombstones_at([path, b"/m/none"]) == {path: Tombstone(path, new)}
        await unit.delete_tombstones([path, b"/m/none"])
    async with catalog.begin() as unit:
        assert set(await unit.tombstones_at([path, b"/m/x"])) == {b"/m/x"}


async def test_relay_numbers_committed_changes_from_one(catalog):
    assert await catalog.position() == 0
    assert list(await catalog.relay_changes(10)) == []
    await record(catalog, "a", "b", "c")

    first = await catalog.relay_changes(2)
    rest = await catalog.relay_changes(2)

    assert [(it.position, it.id) for it in (*first, *rest)] == [(1, "a"), (2, "b"), (3, "c")]
    assert first[0].entity == "file"
    assert first[0].op == "created"
    assert first[0].timestamp == a_time()
    assert list(await catalog.relay_changes(2)) == []
    assert await catalog.position() == 3


async def test_changes_are_read_in_order_from_a_position(catalog):
    await record(catalog, *"abcde")
    assert list(await catalog.changes(0, 10)) == []

    given_out = await catalog.relay_changes(10)

    assert list(await catalog.changes(0, 10)) == list(given_out)
    assert [it.id for it in await catalog.changes(2, 2)] == ["c", "d"]
    assert list(await catalog.changes(5, 10)) == []


async def test_positions_are_gap_free_while_several_write_and_relay(setup):
    async def write(catalog, name):
        for number in range(25):
            await record(catalog, f"{name}{number}", f"{name}{number}'")

    async def relay(catalog):
        while len(seen) < 100:
            seen.extend((it.position, it.id) for it in await catalog.relay_changes(7))
            visible = [it.position for it in await catalog.changes(0, 1_000)]
            assert visible == list(range(1, len(visible) + 1))
            await asyncio.sleep(0)

    seen: list[tuple[int, str]] = []
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(write(setup.catalog, "a"))
        group.create_task(write(setup.second, "b"))
        group.create_task(relay(setup.catalog))
        group.create_task(relay(setup.second))

    assert sorted(position for position, _ in seen) == list(range(1, 101))
    assert len({id_ for _, id_ in seen}) == 100
    for name in "ab":  # one writer's changes keep their order
        mine = [id_ for _, id_ in sorted(seen) if id_[0] == name]
        assert mine == [f"{name}{n}{tail}" for n in range(25) for tail in ("", "'")]


async def test_published_position_never_goes_back(catalog):
    await record(catalog, *"abc")
    await catalog.relay_changes(10)
    assert await catalog.published_position() == 0

    await catalog.mark_published(2)
    await catalog.mark_published(1)

    assert await catalog.published_position() == 2


async def test_prune_drops_published_changes_but_the_newest(catalog):
    assert await catalog.oldest_position() == 0
    await record(catalog, *"abcdef")
    await catalog.relay_changes(10)
    assert await catalog.prune_changes(0) == 0
    await catalog.mark_published(4)

    assert await catalog.prune_changes(3) == 3
    assert await catalog.oldest_position() == 4
    assert await catalog.prune_changes(0) == 1
    assert [it.id for it in await catalog.changes(0, 10)] == ["e", "f"]


async def test_positions_go_on_after_everything_was_pruned(catalog):
    await record(catalog, "a", "b")
    await catalog.relay_changes(10)
    await catalog.mark_published(2)
    await catalog.prune_changes(0)
    assert await catalog.oldest_position() == 0

    await record(catalog, "c")

    assert [it.position for it in await catalog.relay_changes(10)] == [3]
    assert await catalog.position() == 3


async def test_dead_letters_are_kept_once(catalog):
    letter = DeadLetter(
        message_id="m1",
        queue="apollonia-populator",
        schema="apollonia.file/1",
        body=b"\x00\xff not json",
        reason="malformed",
        error="no\x00 JSON \ud800",
        attempts=1,
        time=a_time(),
    )
    for _ in range(2):
        async with catalog.begin() as unit:
            await unit.save_dead_letters([letter, letter, replace(letter, queue="other")])


async def test_two_writers_lose_nothing(setup):
    async def write(catalog, name):
        for number in range(10):
            path = f"/m/{name}{number}".encode()
            await save(catalog, a_place(path=path), a_place(path=path + b"'"))

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for name in "abcd":
            group.create_task(write(setup.catalog if name in "ab" else setup.second, name))

    paths = [f"/m/{n}{i}{t}".encode() for n in "abcd" for i in range(10) for t in ("", "'")]
    assert len(await at(setup.second, *paths)) == 80


async def test_other_connection_sees_what_was_committed(setup):
    place = a_place()
    await save(setup.catalog, place)

    assert await by_id(setup.second, place.id) == {place.id: place}


async def test_ping_answers(catalog):
    await catalog.ping()


async def test_place_ids_are_any_text(catalog):
    place = a_place(id=uuid5_of(b"x"))
    odd = a_place(id="not-a-uuid 'quoted'")

    await save(catalog, place, odd)

    assert set(await by_id(catalog, place.id, odd.id)) == {place.id, odd.id}


def a_missing(since: int, **changes) -> Place:
    fields = {"availability": Availability.MISSING, "missing_since": a_time(since)}
    return a_place(**fields, version=Version(a_time(since), uuid7()), **changes)


async def test_purge_takes_what_is_missing_for_long_and_nothing_else(catalog):
    old = [a_missing(since) for since in (1, 2)]
    young, present = a_missing(5), a_place()
    trashed = replace(a_missing(1), availability=Availability.TRASHED)
    await save(catalog, *old, young, present, trashed)

    assert await catalog.purge_missing(a_time(5), a_time(9), 500) == 2
    assert await catalog.purge_missing(a_time(5), a_time(9), 500) == 0

    ids = [place.id for place in (*old, young, present, trashed)]
    assert set(await by_id(catalog, *ids)) == {young.id, present.id, trashed.id}
    assert await at(catalog, *(place.path for place in old)) == {}


async def test_purge_is_told_as_deleted_and_leaves_tombstone_and_events(catalog):
    place = a_missing(1, neighbors=full_place().neighbors)
    event = an_event(place_id=place.id)
    async with catalog.begin() as unit:
        await unit.save_places([place])
        await unit.append_events([event])

    await catalog.purge_missing(a_time(2), a_time(9), 500)

    (change,) = await catalog.relay_changes(10)
    assert (change.entity, change.id, change.op) == ("file", place.id, "deleted")
    assert change.timestamp == a_time(9)
    async with catalog.begin() as unit:
        tombstones = await unit.tombstones_at([place.path])
        assert tombstones == {place.path: Tombstone(place.path, place.version)}
        assert await unit.known_events([event.event_id]) == {event.event_id}


async def test_purge_goes_in_bounded_batches(catalog):
    await save(catalog, *(a_missing(1) for _ in range(25)))

    assert [await catalog.purge_missing(a_time(2), a_time(9), 10) for _ in range(4)] == [
        10,
        10,
        5,
        0,
    ]


async def test_purged_place_can_be_saved_again_under_its_id(catalog):
    place = a_missing(1)
    await save(catalog, place)
    await catalog.purge_missing(a_time(2), a_time(9), 10)

    await save(catalog, back := replace(place, availability=Availability.PRESENT))

    assert await by_id(catalog, place.id) == {place.id: back}
    assert await catalog.purge_missing(a_time(99), a_time(99), 10) == 0
