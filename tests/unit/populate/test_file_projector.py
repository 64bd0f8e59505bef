"""File events through the handler into a catalog in memory."""

import asyncio
import time

import pytest

from apollonia.domain.ids import uuid7
from apollonia.errors import MalformedMessageError
from apollonia.messages import foreign_message_id
from apollonia.observe.tracing import new_traceparent
from apollonia.populate.file_projector import FileProjector
from apollonia.ports.bus import Delivery, Message
from apollonia.testing.builders import a_file_body, a_message, a_time
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_catalog import MemoryCatalog
from apollonia.work.refused import Refused

PATH = b"/music/song.flac"


@pytest.fixture
def catalog() -> MemoryCatalog:
    return MemoryCatalog()


async def project(catalog: MemoryCatalog, *messages: Message) -> None:
    projector = FileProjector(clock=ManualClock())
    async with catalog.begin() as unit:
        await projector(unit, [Delivery(message, "q", 0, None) for message in messages])


async def test_projector_logs_the_event_as_it_came(catalog: MemoryCatalog) -> None:
    traceparent = new_traceparent()
    message = a_message(a_file_body(path=PATH), headers={"traceparent": traceparent})
    await project(catalog, message)
    (event,) = catalog.events
    assert event.event_id == message.message_id
    assert event.body == message.body
    assert event.path == PATH
    assert (event.event_type, event.origin) == ("IN_CREATE", "watch")
    assert (event.timestamp, event.received_time) == (a_time(), a_time())
    assert event.traceparent == traceparent
    place = catalog.place_at(PATH)
    assert place is not None
    assert event.place_id == place.id


async def test_projector_ignores_events_that_the_log_has(catalog: MemoryCatalog) -> None:
    message = a_message(a_file_body(path=PATH))
    await project(catalog, message)
    await project(catalog, message)
    assert len(catalog.events) == 1
    assert len(await catalog.relay_changes(10)) == 1


async def test_projector_records_one_change_per_place(catalog: MemoryCatalog) -> None:
    await project(catalog, *(a_message(a_file_body(timestamp=a_time(n))) for n in range(5)))
    (change,) = await catalog.relay_changes(10)
    assert (change.entity, change.op, change.timestamp) == ("file", "created", a_time(4))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"\xff",
        b"[1]",
        b'{"file_path": 1}',
        a_file_body().replace(b'"size":1024', b'"size":-1'),
    ],
)
async def test_projector_refuses_only_what_is_malformed(
    catalog: MemoryCatalog, body: bytes
) -> None:
    good, bad = a_message(a_file_body(path=PATH)), a_message(body)
    with pytest.raises(Refused) as refused:
        await project(catalog, good, bad)
    assert list(refused.value.reasons) == [bad.message_id]
    assert isinstance(refused.value.reasons[bad.message_id], MalformedMessageError)
    assert catalog.events == []


async def test_projector_refuses_another_schema(catalog: MemoryCatalog) -> None:
    with pytest.raises(Refused):
        await project(catalog, a_message(a_file_body(), schema="apollonia.work/1"))


async def test_projector_gives_foreign_messages_an_id_of_their_body(
    catalog: MemoryCatalog,
) -> None:
    message = a_message(a_file_body(path=PATH), message_id="", schema="")
    await project(catalog, message)
    await project(catalog, message)
    assert [event.event_id for event in catalog.events] == [foreign_message_id(message.body)]


async def test_projector_moves_a_place_that_only_the_catalog_knows(
    catalog: MemoryCatalog,
) -> None:
    id_ = uuid7()
    await project(catalog, a_message(a_file_body(path=PATH, file_id=id_)))
    moved = a_file_body(
        path=b"/music/new.flac",
        event_type="IN_MOVED_TO",
        moved_from=PATH,
        timestamp=a_time(1),
        file_id=id_,
    )
    await project(catalog, a_message(moved))
    place = catalog.place_at(b"/music/new.flac")
    assert place is not None
    assert place.id == id_
    assert set(catalog.tombstones) == {PATH}


async def test_projector_lets_others_have_their_turn(catalog: MemoryCatalog) -> None:
    events = [
        a_message(a_file_body(path=f"/music/{n}.flac".encode(), file_id=uuid7()))
        for n in range(500)
    ]
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    await project(catalog, *events)
    task.cancel()
    assert turns >= 9  # every hundred events, once in parsing and once in projecting


async def test_projector_is_quick_enough_for_an_initial_scan(catalog: MemoryCatalog) -> None:
    events = [
        a_message(a_file_body(path=f"/music/{n}.flac".encode(), file_id=uuid7()))
        for n in range(500)
    ]
    began = time.process_time()
    await project(catalog, *events)
    assert time.process_time() - began < 500 * 0.0005  # five times what it should take
