import asyncio
from dataclasses import replace

import pytest

from apollonia.analyze.lane_slot import LaneSlot, SlotPorts
from apollonia.messages import WORK
from apollonia.populate.analysis_projector import AnalysisProjector
from apollonia.ports.bus import Delivery
from apollonia.testing.builders import SHA256, a_place, a_work
from apollonia.work.analysis_work import work_lease, work_message

LEASE = work_lease(SHA256, "video")


class NoWorker:
    def drop(self):
        pass

    async def discard(self):
        pass


def slot_of(world, handler) -> LaneSlot:
    ports = SlotPorts(
        bus=world.bus, control=world.control, clock=world.clock, metrics=world.metrics
    )
    return LaneSlot(
        lane="video",
        queue="apollonia-analyzer.video",
        handler=handler,
        worker=NoWorker(),
        ports=ports,
        options=world.options,
    )


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)


@pytest.fixture
async def long_work(world):
    world.bench.gate = asyncio.Event()
    await world.bus.publish(WORK.name, [work_message(a_work(kind="video"))], "video")


@pytest.mark.usefixtures("long_work")
async def test_long_work_is_acknowledged_first_and_gives_its_lease_back(world):
    stop = asyncio.Event()
    running = asyncio.create_task(slot_of(world, world.handler()).run(stop))
    await until(lambda: world.bench.asked)
    assert world.works("video") == []
    await world.clock.advance(200)  # renewed again and again
    assert LEASE in await world.control.holders([LEASE])

    world.bench.gate.set()
    await until(world.told)
    stop.set()
    await running
    assert await world.control.holders([LEASE]) == {}


@pytest.mark.usefixtures("long_work")
async def test_a_stop_gives_long_work_back_to_its_lane(world):
    world.options = replace(world.options, drain_s=0.01)
    stop = asyncio.Event()
    running = asyncio.create_task(slot_of(world, world.handler()).run(stop))
    await until(lambda: world.bench.asked)
    stop.set()
    await running
    assert len(world.works("video")) == 1
    assert await world.control.holders([LEASE]) == {}


@pytest.mark.usefixtures("long_work")
async def test_a_holder_stopped_past_its_lease_stores_nothing_twice(world):
    """SIGSTOP: another one takes the lease and is done first; the late result changes nothing."""
    async with world.catalog.begin() as unit:
        await unit.save_places([a_place(kind="video")])
    stopped = world.handler("stopped")
    await world.handle(stopped, world.delivery(kind="video"))
    await world.clock.advance(world.options.lease_s + 1)

    other = world.handler("other")
    await world.handle(other, world.delivery(kind="video"))
    assert other.long is not None
    world.bench.gate.set()
    await other.do(other.long.work, other.long.wanted)
    await stopped.do(stopped.long.work, stopped.long.wanted)  # it wakes up, and is too late

    assert len(world.told()) == 2
    projector = AnalysisProjector(clock=world.clock, specs=world.options.specs)
    for message in world.bus.waiting("apollonia-populator-enriched"):
        async with world.catalog.begin() as unit:
            await projector(unit, [Delivery(message, "q", 0, 1)])
    [stored] = await world.catalog.results(SHA256)
    assert stored.timestamp == world.told()[0].timestamp


@pytest.mark.usefixtures("long_work")
async def test_who_lost_the_lease_stops_and_gives_nothing_back(world):
    stop = asyncio.Event()
    running = asyncio.create_task(slot_of(world, world.handler()).run(stop))
    await until(lambda: world.bench.asked)
    await world.control.take_over(LEASE, "another", 1000)
    await world.clock.advance(world.options.lease_s)
    await asyncio.sleep(0.05)
    stop.set()
    await running
    assert world.told() == []
    assert world.works("video") == []
    assert await world.control.holders([LEASE]) == {LEASE: "another"}
