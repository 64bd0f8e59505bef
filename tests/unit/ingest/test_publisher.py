import asyncio

import pytest

from apollonia.ingest.flow.publisher import Publisher
from apollonia.messages import POPULATOR_QUEUE, topology
from apollonia.observe.metrics import Metrics
from apollonia.ports.index import Commit
from apollonia.testing.builders import messages
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_bus import MemoryBus
from apollonia.testing.memory_index import MemoryIndex


@pytest.fixture
async def stand():
    bus, index, clock, metrics = MemoryBus(), MemoryIndex(), ManualClock(), Metrics()
    await bus.declare(topology(POPULATOR_QUEUE))
    return bus, index, clock, Publisher(index=index, bus=bus, clock=clock, metrics=metrics)


async def work():
    for _ in range(100):
        await asyncio.sleep(0)


async def test_publisher_sends_everything_in_order_and_empties_the_outbox(stand):
    bus, index, _, publisher = stand
    sent = messages(1200)
    await index.commit(Commit(messages=sent[:1000]))
    stop = asyncio.Event()
    task = asyncio.create_task(publisher.run(stop))
    await work()
    await index.commit(Commit(messages=sent[1000:]))
    publisher.wake()
    await work()
    assert bus.waiting(POPULATOR_QUEUE) == sent
    assert await index.unsent_count() == 0
    stop.set()
    await task


async def test_metrics_tell_what_waits_while_the_bus_is_away_and_nothing_after():
    bus, index, clock, metrics = MemoryBus(), MemoryIndex(), ManualClock(), Metrics()
    await bus.declare(topology(POPULATOR_QUEUE))
    publisher = Publisher(index=index, bus=bus, clock=clock, metrics=metrics)
    bus.away = True
    await index.commit(Commit(messages=messages(3)))
    stop = asyncio.Event()
    task = asyncio.create_task(publisher.run(stop))
    await work()
    assert value_of(metrics.outbox_size) == 3
    bus.away = False
    await clock.advance(30)
    await work()
    assert value_of(metrics.outbox_size) == 0
    stop.set()
    await task


def value_of(gauge):
    (metric,) = gauge.collect()
    return metric.samples[0].value


async def test_publisher_keeps_everything_while_the_bus_is_away(stand):
    bus, index, clock, publisher = stand
    sent = messages(3)
    bus.away = True
    await index.commit(Commit(messages=sent))
    stop = asyncio.Event()
    task = asyncio.create_task(publisher.run(stop))
    for _ in range(20):
        await clock.advance(10)
        await work()
    assert await index.unsent_count() == 3
    bus.away = False
    await clock.advance(30)
    await work()
    assert bus.waiting(POPULATOR_QUEUE) == sent
    stop.set()
    await task


async def test_publisher_sends_what_is_left_when_it_stops(stand):
    bus, index, _, publisher = stand
    stop = asyncio.Event()
    task = asyncio.create_task(publisher.run(stop))
    await work()
    sent = messages(700)
    await index.commit(Commit(messages=sent))
    stop.set()
    await task
    assert bus.waiting(POPULATOR_QUEUE) == sent


async def test_stop_while_the_index_notes_a_batch_tells_nothing_twice(stand):
    bus, index, _, publisher = stand
    sent = messages(2)
    await index.commit(Commit(messages=sent))
    mark_sent, published, go_on = index.mark_sent, asyncio.Event(), asyncio.Event()

    async def note_slowly(positions):
        published.set()
        await go_on.wait()
        await mark_sent(positions)

    index.mark_sent = note_slowly
    stop = asyncio.Event()
    task = asyncio.create_task(publisher.run(stop))
    await published.wait()
    stop.set()
    await work()
    go_on.set()
    await task
    assert bus.waiting(POPULATOR_QUEUE) == sent
    assert await index.unsent_count() == 0


async def test_publisher_repeats_the_same_ids_when_the_index_fails_to_note(stand):
    bus, index, clock, publisher = stand
    sent = messages(2)
    await index.commit(Commit(messages=sent))
    publish = bus.publish

    async def publish_then_lose_the_disk(*args):
        await publish(*args)
        index.fail_with = "the disk is full"

    bus.publish = publish_then_lose_the_disk
    stop = asyncio.Event()
    task = asyncio.create_task(publisher.run(stop))
    await work()
    bus.publish = publish
    index.fail_with = None
    await clock.advance(20)
    await work()
    stop.set()
    await task
    assert bus.waiting(POPULATOR_QUEUE) == sent + sent
