"""Several populators at once on one PostgreSQL: the catalog is as one alone would leave it."""

import asyncio
import random
from collections.abc import Sequence
from itertools import batched

import pytest

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.database import Database
from apollonia.adapters.database.bulk import run
from apollonia.domain.ids import uuid7
from apollonia.domain.kinds import Availability
from apollonia.errors import CatalogUnavailableError, Unavailable
from apollonia.messages import Change
from apollonia.populate.file_projector import FileProjector
from apollonia.ports.bus import Delivery, Message
from apollonia.ports.catalog import PendingChange
from apollonia.testing.builders import a_file_body, a_message, a_place, a_time
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_catalog import MemoryCatalog

pytestmark = pytest.mark.service

_KILLS = 40  # fewer than a batch has tries: a busy machine cannot lose them all
_WAITING = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
_EVENT_IDS = "SELECT event_id FROM file_events"
_COUNTS = (
    "SELECT s.number, s.files, s.size, s.duration_ms FROM shelves s WHERE s.files <> 0 ORDER BY 1"
)
_COUNTED = (
    "SELECT shelf, count(*), sum(size)::bigint, sum(duration_ms)::bigint FROM files"
    " GROUP BY shelf ORDER BY 1"
)


def events(count: int) -> list[Message]:
    """Files, of which some are changed, moved or deleted; ``count`` events in all."""
    found: list[Message] = []
    number = 0
    while len(found) < count:
        number += 1
        path, id_ = f"/music/{number // 12:03}/{number:05}.flac".encode(), uuid7()
        fields = {"file_id": id_, "neighbors": [f"/music/{number:05}.lrc"]}
        bodies = [a_file_body(path=path, timestamp=a_time(1), size=number, **fields)]
        if number % 2:
            changed = {"event_type": "IN_CLOSE_WRITE", "size": 2 * number, "timestamp": a_time(2)}
            bodies.append(a_file_body(path=path, **changed, **fields))
        if number % 3 == 0:
            new = path.replace(b"/music", b"/music/new")
            moved = {"event_type": "IN_MOVED_TO", "moved_from": path, "timestamp": a_time(3)}
            bodies.append(a_file_body(path=new, size=number, **moved, **fields))
            path = new
        if number % 5 == 0:
            gone = {"event_type": "IN_DELETE", "timestamp": a_time(4)}
            bodies.append(a_file_body(path=path, size=number, **gone, **fields))
        found += [a_message(body) for body in bodies]
    return found[:count]


def shuffled(messages: Sequence[Message], seed: int) -> list[Message]:
    return random.Random(seed).sample(messages, len(messages))


async def populate(database: Database, messages: Sequence[Message], *, batch: int = 100) -> int:
    """What a populator does: batches, each one transaction, again when told so; how often."""
    catalog, projector, again = SqlCatalog(database), FileProjector(clock=ManualClock()), 0
    for part in batched(messages, batch):
        deliveries = [Delivery(message, "q", 0, None) for message in part]
        for _ in range(60):
            try:
                async with catalog.begin() as unit:
                    await projector(unit, deliveries)
                break
            except Unavailable:
                again += 1
                await asyncio.sleep(random.uniform(0.01, 0.1))
        else:
            pytest.fail("a batch did not get through")
    return again


async def assert_right(database: Database, messages: Sequence[Message]) -> None:
    """As one populator leaves it who is told everything in order, and with exact counts."""
    memory = MemoryCatalog()
    deliveries = [Delivery(message, "q", 0, None) for message in messages]
    async with memory.begin() as unit:
        await FileProjector(clock=ManualClock())(unit, deliveries)
    left = set(memory.tombstones)
    async with SqlCatalog(database).begin() as unit:
        assert dict(await unit.places_at(list(memory.all_places))) == dict(memory.all_places)
        buried = set(await unit.tombstones_at(list(left)))
        others = await unit.places_at(list(left - buried))
    assert set(others) == left - buried  # told of after it was moved away
    assert {place.availability for place in others.values()} <= {Availability.MISSING}

    ids, kept, counted = await database.read(
        lambda at: [[tuple(row) for row in run(at, sql)] for sql in (_EVENT_IDS, _COUNTS, _COUNTED)]
    )
    assert sorted(ids) == sorted((message.message_id,) for message in messages)
    assert kept == counted


async def test_two_writers_with_the_same_events_leave_what_one_would(open_database):
    messages = events(2_000)
    first, second = await open_database(), await open_database()

    await asyncio.gather(
        populate(first, shuffled(messages, 1)), populate(second, shuffled(messages, 2))
    )

    await assert_right(first, messages)
    given = await drained(first, second)
    assert [change.position for change in given] == list(range(1, len(given) + 1))


async def drained(*databases: Database) -> list[Change]:
    """All changes, given their positions by several relays at once."""

    async def relay(database: Database) -> list[Change]:
        found: list[Change] = []
        while part := await SqlCatalog(database).relay_changes(170):
            found += part
        return found

    parts = await asyncio.gather(*map(relay, databases))
    return sorted((change for part in parts for change in part), key=lambda it: it.position)


async def test_two_writers_are_right_while_their_connections_are_killed(open_database, admin):
    messages = events(1_000)
    first, second = await open_database(), await open_database()
    writers = asyncio.gather(
        populate(first, shuffled(messages, 3), batch=50),
        populate(second, shuffled(messages, 4), batch=50),
    )
    killed = 0
    while not writers.done() and killed < _KILLS:
        await asyncio.sleep(0.05)
        killed += await admin.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < 0.5"
        )

    again = await writers

    assert killed
    assert sum(again)
    await assert_right(first, messages)


async def test_batch_is_done_again_after_deadlocks_with_others(open_database, admin):
    """The other locks the shelves first and then files: the other way round than a writer."""
    messages = events(300)
    database = await open_database()
    await populate(database, messages[:150])
    writing = asyncio.create_task(populate(database, messages, batch=30))
    await admin.execute("SET deadlock_timeout = '5s'")  # so that the writer is the victim
    while not writing.done():
        async with admin.transaction():
            await admin.execute("SELECT 1 FROM shelves ORDER BY number DESC FOR UPDATE")
            while not writing.done() and not await admin.fetchval(_WAITING):  # noqa: ASYNC110 - the server tells nobody of waiting locks
                await asyncio.sleep(0.01)
            await admin.execute("SELECT 1 FROM files ORDER BY number DESC FOR UPDATE")
        await asyncio.sleep(0.1)

    assert await writing
    await assert_right(database, messages)


async def test_lock_that_another_keeps_is_given_up_and_taken_later(open_database, admin):
    messages = events(60)
    database = await open_database(lock_timeout_s=0.1)
    await populate(database, messages[:30])
    async with admin.transaction():
        await admin.execute("SELECT 1 FROM files FOR UPDATE")
        writing = asyncio.create_task(populate(database, messages))
        await asyncio.sleep(0.5)
        assert not writing.done()

    assert await writing
    await assert_right(database, messages)


async def test_one_visit_write_is_done_again_after_a_serialization_failure(open_database, admin):
    database, calls = await open_database(), []

    def work(at) -> int:
        calls.append(1)
        if len(calls) < 3:
            run(at, "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$")
        return int(run(at, "SELECT 7")[0][0])

    assert await database.write(work) == 7
    assert len(calls) == 3


async def test_endless_serialization_failures_are_unavailable_and_bounded(open_database):
    database, calls = await open_database(), []

    def work(at) -> None:
        calls.append(1)
        run(at, "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$")

    with pytest.raises(CatalogUnavailableError, match="done again"):
        await database.write(work)
    assert 1 < len(calls) < 10


async def test_same_new_id_at_two_paths_at_once_is_told_as_a_passing_trouble(open_database):
    first, second = SqlCatalog(await open_database()), SqlCatalog(await open_database())
    id_ = uuid7()

    async def save(catalog: SqlCatalog, path: bytes) -> None:
        async with catalog.begin() as unit:
            await unit.places_at([path])
            await asyncio.sleep(0.05)  # both have looked by now
            await unit.save_places([a_place(id=id_, path=path)])
            await asyncio.sleep(0.05)

    results = await asyncio.gather(
        save(first, b"/music/a"), save(second, b"/music/b"), return_exceptions=True
    )

    troubles = [one for one in results if one is not None]
    assert len(troubles) == 1
    assert isinstance(troubles[0], CatalogUnavailableError)


async def test_newest_version_of_one_path_wins_however_they_meet(open_database):
    databases = [await open_database() for _ in range(3)]
    path, id_ = b"/music/a.flac", uuid7()
    bodies = [
        a_file_body(
            path=path, file_id=id_, size=n, timestamp=a_time(n), event_type="IN_CLOSE_WRITE"
        )
        for n in range(1, 61)
    ]
    messages = shuffled([a_message(body) for body in bodies], 5)

    await asyncio.gather(*(populate(it, messages[n::3], batch=4) for n, it in enumerate(databases)))

    async with SqlCatalog(databases[0]).begin() as unit:
        assert (await unit.places_at([path]))[path].size == 60


async def test_changes_are_gap_free_while_several_write_and_relay(open_database):
    databases = [await open_database() for _ in range(2)]
    seen: list[int] = []
    writing = True

    async def write(database: Database) -> None:
        for _ in range(25):
            async with SqlCatalog(database).begin() as unit:
                await unit.record_changes(
                    [PendingChange("file", uuid7(), "created", a_time()) for _ in range(7)]
                )

    async def relay(database: Database) -> None:
        catalog = SqlCatalog(database)
        while writing or len(seen) < 350:
            seen.extend(change.position for change in await catalog.relay_changes(10))
            position = await catalog.position()
            known = await catalog.changes(0, 10_000)
            assert [it.position for it in known][:position] == list(range(1, position + 1))

    relays = asyncio.gather(*map(relay, databases))
    await asyncio.gather(*map(write, databases))
    writing = False
    await relays

    assert await SqlCatalog(databases[0]).position() == 2 * 25 * 7
    assert len(set(seen)) == len(seen)
