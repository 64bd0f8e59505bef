"""Changes from the catalog to the bus and to listeners."""

import asyncio
from collections.abc import Sequence

import orjson
import pytest

from apollonia.errors import BusUnavailableError, CacheUnavailableError, Unavailable
from apollonia.messages import GRAPH_QUEUE, topology
from apollonia.populate.changes_relay import CHANNEL, ChangesRelay, RelayOptions
from apollonia.ports.catalog import PendingChange
from apollonia.testing.builders import a_time
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_bus import MemoryBus
from apollonia.testing.memory_catalog import MemoryCatalog


class Listeners:
    """A broadcast that remembers; ``error`` makes it fail."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.error: Unavailable | None = None

    async def send(self, channel: str, text: str) -> None:
        if self.error is not None:
            raise self.error
        self.told.append((channel, text))

    def listen(self, channel: str):
        raise NotImplementedError

    async def ping(self) -> None: ...

    async def close(self) -> None: ...


class World:
    def __init__(self, **options: int) -> None:
        self.catalog, self.bus, self.listeners = MemoryCatalog(), MemoryBus(), Listeners()
        self.clock = ManualClock()
        self.options = RelayOptions(**options, poll_s=0.01)
        self.relay = self.restarted()

    def restarted(self) -> ChangesRelay:
        return ChangesRelay(
            catalog=self.catalog,
            bus=self.bus,
            broadcast=self.listeners,
            clock=self.clock,
            options=self.options,
        )

    async def change(self, *ids: str) -> None:
        async with self.catalog.begin() as unit:
            pending = [PendingChange("file", id_, "updated", a_time()) for id_ in ids]
            await unit.record_changes(pending)

    def published(self) -> Sequence[tuple[int, str]]:
        bodies = [orjson.loads(message.body) for message in self.bus.waiting(GRAPH_QUEUE)]
        return [(body["position"], body["id"]) for body in bodies]


@pytest.fixture
async def world() -> World:
    made = World()
    await made.bus.declare(topology(GRAPH_QUEUE))
    return made


async def test_relay_publishes_in_order_marks_and_tells(world: World) -> None:
    await world.change("a", "b")
    assert await world.relay.relay()
    assert world.published() == [(1, "a"), (2, "b")]
    assert await world.catalog.published_position() == 2
    assert world.listeners.told == [(CHANNEL, "2")]
    assert not await world.relay.relay()


async def test_relay_publishes_again_what_a_crash_left_unmarked(world: World) -> None:
    await world.change("a", "b")
    await world.catalog.relay_changes(10)  # numbered, then the process died
    assert await world.restarted().relay()
    assert world.published() == [(1, "a"), (2, "b")]


async def test_relay_gives_a_repeated_change_the_same_message_id(world: World) -> None:
    await world.change("a")
    await world.relay.relay()
    world.catalog._published = 0
    await world.relay.relay()
    first, second = world.bus.waiting(GRAPH_QUEUE)
    assert first.message_id == second.message_id
    assert first.schema == "apollonia.change/1"


async def test_relay_marks_nothing_that_was_not_published(world: World) -> None:
    await world.change("a")
    world.bus.away = True
    with pytest.raises(BusUnavailableError):
        await world.relay.relay()
    assert await world.catalog.published_position() == 0
    world.bus.away = False
    await world.relay.relay()
    assert world.published() == [(1, "a")]


async def test_relay_does_not_need_listeners(world: World) -> None:
    world.listeners.error = CacheUnavailableError()
    await world.change("a")
    assert await world.relay.relay()
    assert await world.catalog.published_position() == 1


async def test_relay_prunes_old_changes() -> None:
    world = World(batch=10, keep=5, prune_every=10)
    await world.bus.declare(topology(GRAPH_QUEUE))
    for number in range(4):
        await world.change(*(f"{number}-{n}" for n in range(10)))
        await world.relay.relay()
    assert await world.catalog.oldest_position() == 36
    assert len(world.published()) == 40


async def test_relay_runs_until_stopped_and_outlives_an_outage(world: World) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(world.relay.run(stop))
    await world.change("a")
    world.relay.nudge()
    await asyncio.sleep(0.05)
    assert world.published() == [(1, "a")]
    world.catalog.away = True
    world.relay.nudge()
    await asyncio.sleep(0.05)
    world.catalog.away = False
    await world.change("b")
    await world.clock.advance(60)
    await asyncio.sleep(0.05)
    assert world.published() == [(1, "a"), (2, "b")]
    stop.set()
    async with asyncio.timeout(1):
        await task


async def test_relay_sees_changes_of_other_processes_by_itself(world: World) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(world.relay.run(stop))
    await asyncio.sleep(0.02)
    await world.change("a")  # no nudge
    await asyncio.sleep(0.1)
    assert world.published() == [(1, "a")]
    stop.set()
    await task
