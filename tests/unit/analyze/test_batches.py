"""Contents that are taken together: told together, and a bad one costs only itself."""

import asyncio

import pytest

from apollonia.analyze.pace import Pace
from apollonia.errors import MediaUnavailableError
from apollonia.testing.builders import SHA256


def hashes(number):
    return [f"{n:064x}" for n in range(number)]


def deliveries(world, number, **changes):
    return [world.delivery(sha256_hash=sha, **changes) for sha in hashes(number)]


class Bus:
    """Counts what is published at a time."""

    def __init__(self, bus):
        self.bus, self.calls = bus, []

    async def publish(self, exchange, messages, routing_key=""):
        self.calls.append(len(messages))
        await self.bus.publish(exchange, messages, routing_key)


class Record:
    """Counts the questions."""

    def __init__(self):
        self.asked = []

    async def recorded(self, sha256s):
        self.asked.append(sorted(sha256s))
        return {}


async def test_a_batch_asks_once_and_tells_once(world):
    world.bus, world.catalog = Bus(world.bus), Record()
    settled = await world.handle(world.handler(), *deliveries(world, 20))
    assert (settled.number, len(settled.acked)) == (20, 20)
    assert world.catalog.asked == [hashes(20)]
    assert world.bus.calls == [20]


async def test_a_fault_costs_only_the_content_it_happened_on(world):
    taken = deliveries(world, 5)
    world.bench.errors[hashes(5)[2]] = ZeroDivisionError("ours")
    settled = await world.handle(world.handler(), *taken)
    assert settled.retried == [taken[2]]
    assert settled.acked == [*taken[:2], *taken[3:]]
    assert [it.sha256_hash for it in world.told()] == [*hashes(5)[:2], *hashes(5)[3:]]
    assert len(world.bench.asked) == 5  # nothing was done twice


async def test_what_was_found_before_no_worker_could_be_started_is_kept(world):
    taken = deliveries(world, 3)
    world.bench.errors[hashes(3)[1]] = MediaUnavailableError()
    with pytest.raises(MediaUnavailableError):
        await world.handle(world.handler(), *taken)
    assert [it.sha256_hash for it in world.told()] == hashes(1)


async def test_nobody_waits_for_a_content_that_hangs(world):
    taken = deliveries(world, 4)
    gate = world.bench.gates[hashes(4)[1]] = asyncio.Event()
    settled, handling = world.begin(world.handler(), *taken, patience_s=0.02)
    async with asyncio.timeout(5):
        while not (settled.acked and settled.released):  # noqa: ASYNC110 - no event to wait for
            await asyncio.sleep(0.005)
    assert (settled.acked, settled.released) == (taken[:1], taken[2:])
    gate.set()
    await handling
    assert settled.acked == taken[:2]
    assert settled.retried == []
    assert len(world.told()) == 2


async def test_a_stop_gives_back_what_was_not_begun(world):
    stop = asyncio.Event()
    taken = deliveries(world, 3)
    gate = world.bench.gates[hashes(3)[0]] = asyncio.Event()
    settled, handling = world.begin(world.handler(), *taken, stop=stop)
    async with asyncio.timeout(5):
        while not world.bench.asked:  # noqa: ASYNC110 - no event to wait for
            await asyncio.sleep(0)
    stop.set()
    gate.set()
    await handling
    assert (settled.acked, settled.released) == (taken[:1], taken[1:])


async def test_the_same_content_twice_is_done_once(world):
    first, second = world.delivery(), world.delivery(analysers=["quick"])
    settled = await world.handle(world.handler(), first, second)
    assert (settled.acked, settled.released) == ([first], [second])
    await world.handle(world.handler(), second)
    assert [sha for sha, _ in world.bench.asked] == [SHA256]


async def test_long_work_sends_its_batch_elsewhere(world):
    handler = world.handler()
    short = deliveries(world, 2)
    long = world.delivery(kind="video", sha256_hash="f" * 64)
    settled = await world.handle(handler, short[0], long, short[1])
    assert handler.long is not None
    assert (settled.acked, settled.released) == ([short[0], long], [short[1]])


async def test_cancelling_cancels_the_content_in_hand(world):
    world.bench.gates[hashes(1)[0]] = asyncio.Event()
    settled, handling = world.begin(world.handler(), *deliveries(world, 1))
    async with asyncio.timeout(5):
        while not world.bench.asked:  # noqa: ASYNC110 - the bench is no event
            await asyncio.sleep(0.001)
    handling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await handling
    assert world.bench.cancelled == hashes(1)
    assert settled.acked == []


def test_the_pace_takes_about_a_second_of_work_and_32_at_most():
    pace = Pace()
    assert pace.size() == 1
    for _ in range(20):
        pace.note(1, 0.1)
    assert pace.size() == 8
    for _ in range(20):
        pace.note(8, 0.008)
    assert pace.size() == 32
    assert not pace.has_shrunk()
    pace.note(32, 320.0)
    assert pace.size() == 1
    assert pace.has_shrunk()  # a consumer that fetched for 32 is left
    pace.begin()
    assert not pace.has_shrunk()
