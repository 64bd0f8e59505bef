"""Dead letters that somebody wants tried again: sent to their own queue, whatever crashes."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from apollonia.errors import BusUnavailableError, CatalogUnavailableError
from apollonia.messages import POPULATOR_QUEUE, topology
from apollonia.observe.metrics import Metrics
from apollonia.populate.requeuer import Requeuer, RequeuerOptions
from apollonia.ports.catalog import DeadLetter
from apollonia.ports.dead_letters import LetterFilter, LetterState
from apollonia.testing.builders import a_time
from apollonia.testing.fake_dead_letters import FakeDeadLetters
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_bus import MemoryBus

OTHER_QUEUE = "apollonia-graph"


@dataclass
class World:
    letters: FakeDeadLetters = field(default_factory=FakeDeadLetters)
    bus: MemoryBus = field(default_factory=MemoryBus)
    clock: ManualClock = field(default_factory=ManualClock)
    metrics: Metrics = field(default_factory=Metrics)
    options: RequeuerOptions = field(default_factory=RequeuerOptions)

    def requeuer(self) -> Requeuer:
        return Requeuer(
            letters=self.letters,
            bus=self.bus,
            clock=self.clock,
            metrics=self.metrics,
            options=self.options,
        )

    async def states(self) -> dict[str, LetterState]:
        page = await self.letters.page(LetterFilter(), limit=100)
        return {it.message_id: it.state for it in page.items}

    async def want_all(self) -> None:
        await self.letters.request_requeue(LetterFilter(), actor="ada", time=a_time(1))


def a_letter(message_id: str = "m1", queue: str = POPULATOR_QUEUE) -> DeadLetter:
    headers = {"traceparent": "00-1", "x-death": "[]", "x-attempts": "3"}
    return DeadLetter(message_id, queue, "s/1", b"{}", "why", "E", 3, a_time(), headers)


@pytest.fixture
async def world() -> World:
    made = World()
    await made.bus.declare(topology(POPULATOR_QUEUE, OTHER_QUEUE))
    return made


async def test_letter_goes_to_its_own_queue_as_if_it_were_new(world: World) -> None:
    world.letters.keep([a_letter()])
    await world.want_all()

    assert await world.requeuer().requeue() == 1

    (message,) = world.bus.waiting(POPULATOR_QUEUE)
    assert (message.message_id, message.schema, message.body) == ("m1", "s/1", b"{}")
    assert message.headers == {"traceparent": "00-1", "x-requeued": "1", "x-requeued-by": "ada"}
    assert world.bus.waiting(OTHER_QUEUE) == []
    assert await world.states() == {"m1": LetterState.REQUEUED}


async def test_nothing_is_sent_that_nobody_wants(world: World) -> None:
    world.letters.keep([a_letter()])
    assert await world.requeuer().requeue() == 0
    assert world.bus.waiting(POPULATOR_QUEUE) == []


async def test_letters_of_a_queue_that_nobody_reads_stay_dead_and_say_so(world: World) -> None:
    world.letters.keep([a_letter("a", "elsewhere"), a_letter("b")])
    await world.want_all()

    await world.requeuer().requeue()

    assert await world.states() == {"a": LetterState.DEAD, "b": LetterState.REQUEUED}
    stuck = await world.letters.find(a_letter("a", "elsewhere").id)
    assert stuck is not None
    assert "no queue elsewhere" in (stuck.letter.note or "")


async def test_while_the_bus_is_away_the_wish_waits(world: World) -> None:
    world.letters.keep([a_letter()])
    await world.want_all()
    world.bus.away = True
    with pytest.raises(BusUnavailableError):
        await world.requeuer().requeue()
    assert await world.states() == {"m1": LetterState.REQUESTED}

    world.bus.away = False
    assert await world.requeuer().requeue() == 0  # the one that failed still has it
    await world.clock.advance(world.options.hold_s)
    assert await world.requeuer().requeue() == 1
    assert await world.states() == {"m1": LetterState.REQUEUED}


async def test_a_crash_after_publishing_only_repeats_the_message(world: World) -> None:
    world.letters.keep([a_letter()])
    await world.want_all()

    letters, bus = world.letters, world.bus

    class LastBus(MemoryBus):
        """Hands on, and then the database is away."""

        async def publish(self, *given: Any) -> None:
            await bus.publish(*given)
            letters.away = True

    world.bus = LastBus()
    with pytest.raises(CatalogUnavailableError):
        await world.requeuer().requeue()
    letters.away, world.bus = False, bus
    await world.clock.advance(world.options.hold_s)
    await world.requeuer().requeue()

    assert len(world.bus.waiting(POPULATOR_QUEUE)) == 2
    assert await world.states() == {"m1": LetterState.REQUEUED}


async def test_service_sends_prunes_and_counts(world: World) -> None:
    world.letters.keep([a_letter("a"), a_letter("b"), a_letter("c", OTHER_QUEUE)])
    await world.letters.discard_of(a_letter("b").id, actor="ada", time=a_time(-40 * 86_400))
    stop = asyncio.Event()
    task = asyncio.create_task(world.requeuer().run(stop))
    await world.clock.advance(0.1)

    assert await world.states() == {"a": LetterState.DEAD, "c": LetterState.DEAD}
    assert b'apollonia_dead_letters{queue="apollonia-populator"} 1.0' in world.metrics.render()

    await world.want_all()
    await world.clock.advance(world.options.count_s + world.options.poll_s)
    stop.set()
    await task

    assert set((await world.states()).values()) == {LetterState.REQUEUED}
    assert b'apollonia_dead_letters{queue="apollonia-populator"} 0.0' in world.metrics.render()


async def test_service_goes_on_after_the_database_was_away(world: World) -> None:
    world.letters.away = True
    stop = asyncio.Event()
    task = asyncio.create_task(world.requeuer().run(stop))
    await world.clock.advance(1)
    world.letters.away = False
    world.letters.keep([a_letter()])
    await world.want_all()
    await world.clock.advance(60)
    stop.set()
    await task

    assert await world.states() == {"m1": LetterState.REQUEUED}
