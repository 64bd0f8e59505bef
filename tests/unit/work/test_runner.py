"""The message runner over a bus in memory and a scope that remembers what was committed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from apollonia.errors import (
    CatalogUnavailableError,
    ConflictError,
    MalformedMessageError,
)
from apollonia.messages import DEAD, Exchange, Queue, Topology
from apollonia.observe.metrics import Metrics
from apollonia.observe.tracing import current_traceparent, new_traceparent
from apollonia.ports.bus import Delivery
from apollonia.testing.builders import a_message, messages
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_bus import MemoryBus
from apollonia.work.job import Job, RunnerOptions
from apollonia.work.refused import Refused
from apollonia.work.runner import Runner

TOPOLOGY = Topology(
    (Exchange("news", "fanout"), DEAD),
    (Queue("q", (("news", ""),)), Queue("q.dead", ((DEAD.name, "q"),))),
)
Fault = Callable[[int], Exception | None]


def _no_fault(_: int) -> Exception | None:
    return None


@dataclass
class World:
    """A runner with all that it touches; ``fault`` decides what the handler raises for a number."""

    clock: ManualClock = field(default_factory=ManualClock)
    metrics: Metrics = field(default_factory=Metrics)
    fault: Fault = _no_fault
    committed: list[int] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    nudges: int = 0
    fail_commit: Exception | None = None
    attempts: int = 0
    instead: Any = None

    def __post_init__(self) -> None:
        self.bus = MemoryBus(clock=self.clock)

    @asynccontextmanager
    async def scope(self) -> AsyncIterator[list[int]]:
        pending: list[int] = []
        yield pending
        if self.fail_commit is not None:
            raise self.fail_commit
        self.committed += pending
        self.batches.append(len(pending))

    async def handle(self, scope: list[int], deliveries: Sequence[Delivery]) -> None:
        if self.instead is not None:
            await self.instead(scope, deliveries)
            return
        self.attempts += 1
        for delivery in deliveries:
            number = orjson.loads(delivery.message.body)["n"]
            error = self.fault(number)
            if error is not None:
                raise error
            scope.append(number)

    def nudge(self) -> None:
        self.nudges += 1

    def runner(self, **options: float) -> Runner[list[int]]:
        job = Job(queue="q", scope=self.scope, handle=self.handle, after_commit=self.nudge)
        chosen = RunnerOptions(**{"linger_s": 0.0, "drain_s": 0.2, **options})  # type: ignore[arg-type]
        return Runner(job=job, bus=self.bus, clock=self.clock, metrics=self.metrics, options=chosen)

    def outcome(self, name: str) -> float:
        value = self.metrics.registry.get_sample_value(
            "apollonia_messages_handled_total", {"queue": "q", "outcome": name}
        )
        return value or 0.0

    async def work(self, until: Callable[[], bool], **options: float) -> None:
        """Run until something is true, letting the clock go on by itself; then stop."""
        stop = asyncio.Event()
        task = asyncio.create_task(self.runner(**options).run(stop))
        async with asyncio.timeout(10):
            while not until() and not task.done():
                await self.clock.advance(0.5)
                await asyncio.sleep(0.001)
        stop.set()
        await task

    def drained(self) -> bool:
        return not self.bus.waiting("q")


@pytest.fixture
async def world() -> World:
    made = World()
    await made.bus.declare(TOPOLOGY)
    return made


async def test_runner_handles_everything_in_batches_and_acknowledges(world: World) -> None:
    await world.bus.publish("news", messages(1200))
    await world.work(world.drained)
    assert world.committed == list(range(1200))
    assert world.batches == [500, 500, 200]
    assert world.nudges == 3
    assert world.outcome("handled") == 1200


async def test_runner_lingers_to_fill_a_batch(world: World) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(world.runner(linger_s=0.5, batch=4).run(stop))
    for message in messages(4):
        await world.bus.publish("news", [message])
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.05)
    stop.set()
    await task
    assert world.batches == [4]


async def test_runner_buries_one_poison_in_500_and_commits_the_others_once(world: World) -> None:
    world.fault = lambda n: MalformedMessageError("no size") if n == 250 else None
    await world.bus.publish("news", messages(500))
    await world.work(world.drained)
    assert sorted(world.committed) == [n for n in range(500) if n != 250]
    assert world.attempts < 25
    (letter,) = world.bus.waiting("q.dead")
    assert orjson.loads(letter.body) == {"n": 250}
    assert letter.headers["x-error"] == "malformed_message"
    assert letter.headers["x-reason"] == "no size"
    assert letter.headers["x-queue"] == "q"
    assert letter.headers["x-attempts"] == "1"
    assert letter.headers["x-time"].endswith("+00:00")
    assert world.outcome("dead") == 1


async def test_runner_takes_refused_messages_out_in_one_step(world: World) -> None:
    sent = messages(500)
    bad = {message.message_id: MalformedMessageError() for message in sent[::2]}

    async def handle(scope: list[int], deliveries: Sequence[Delivery]) -> None:
        world.attempts += 1
        here = {d.message.message_id for d in deliveries} & bad.keys()
        if here:
            raise Refused({id_: bad[id_] for id_ in here})
        scope += [orjson.loads(d.message.body)["n"] for d in deliveries]

    world.instead = handle
    await world.bus.publish("news", sent)
    await world.work(world.drained)
    assert world.committed == list(range(1, 500, 2))
    assert len(world.bus.waiting("q.dead")) == 250
    assert world.attempts == 2


async def test_runner_survives_a_handler_that_refuses_the_wrong_messages(world: World) -> None:
    world.fault = lambda n: Refused({"unknown": MalformedMessageError()}) if n == 1 else None
    await world.bus.publish("news", messages(3))
    await world.work(world.drained)
    assert sorted(world.committed) == [0, 2]
    assert len(world.bus.waiting("q.dead")) == 1


async def test_runner_acknowledges_rejected_messages(world: World) -> None:
    world.fault = lambda n: ConflictError("taken") if n == 1 else None
    await world.bus.publish("news", messages(3))
    await world.work(world.drained)
    assert sorted(world.committed) == [0, 2]
    assert world.bus.waiting("q.dead") == []
    assert world.outcome("rejected") == 1


async def test_runner_waits_as_long_as_a_dependency_is_away(world: World) -> None:
    failures = 0

    def away(_: int) -> Exception | None:
        nonlocal failures
        failures += 1
        return CatalogUnavailableError() if failures <= 30 else None

    world.fault = away
    await world.bus.publish("news", messages(3))
    await world.work(world.drained)
    assert world.committed == [0, 1, 2]
    assert failures > 30
    assert world.bus.waiting("q.dead") == []


async def test_runner_counts_no_attempt_against_a_message_for_an_outage(world: World) -> None:
    world.fault = lambda _: CatalogUnavailableError()
    await world.bus.publish("news", messages(3))
    await world.work(lambda: world.attempts >= 10)
    async with world.bus.consume("q") as consumer:
        assert [delivery.attempts for delivery in await consumer.take(10, 1)] == [0, 0, 0]


async def test_runner_outlives_the_bus(world: World) -> None:
    await world.bus.publish("news", messages(3))
    world.bus.away = True
    began = asyncio.get_running_loop().time()

    def back() -> bool:
        if asyncio.get_running_loop().time() - began > 0.1:
            world.bus.away = False
        return world.drained()

    await world.work(back)
    assert world.committed == [0, 1, 2]


async def test_runner_handles_again_when_it_died_between_commit_and_ack(world: World) -> None:
    def away_after_commit() -> None:
        world.nudges += 1
        world.bus.away = world.nudges == 1

    world.nudge = away_after_commit  # type: ignore[method-assign]
    await world.bus.publish("news", messages(2))

    def back() -> bool:
        if len(world.committed) >= 2:
            world.bus.away = False
        return not world.bus.away and world.drained()

    await world.work(back)
    assert world.committed == [0, 1, 0, 1]


async def test_runner_retries_bugs_a_few_times_then_buries(world: World) -> None:
    calls: list[float] = []

    def bug(n: int) -> Exception | None:
        if n == 1:
            calls.append(world.clock.monotonic())
            return ZeroDivisionError("oops")
        return None

    world.fault = bug
    await world.bus.publish("news", [*messages(1), a_message(b'{"n": 1}')])
    await world.work(world.drained)
    assert world.committed == [0]
    (letter,) = world.bus.waiting("q.dead")
    assert letter.headers["x-error"] == "ZeroDivisionError"
    assert letter.headers["x-attempts"] == "3"
    alone = calls[1:]  # the first call was the whole batch
    assert len(alone) == 3
    assert alone[1] - alone[0] >= 2
    assert alone[2] - alone[1] >= 8
    assert world.outcome("retried") == 2


async def test_runner_stops_a_handler_that_takes_too_long(world: World) -> None:
    async def hang(scope: list[int], deliveries: Sequence[Delivery]) -> None:
        if len(deliveries) > 1 or orjson.loads(deliveries[0].message.body)["n"] == 0:
            await asyncio.sleep(60)
        scope.append(1)

    world.instead = hang
    await world.bus.publish("news", messages(2))
    await world.work(world.drained, time_limit_s=0.02)
    assert world.committed == [1]
    assert world.bus.waiting("q.dead")[0].headers["x-error"] == "TimeoutError"


async def test_runner_keeps_a_bad_message_that_has_no_dead_letter_queue() -> None:
    world = World()
    await world.bus.declare(Topology((*TOPOLOGY.exchanges,), (TOPOLOGY.queues[0],)))
    world.fault = lambda _: MalformedMessageError()
    await world.bus.publish("news", messages(1))
    await world.work(lambda: world.outcome("retried") == 1)
    assert await world.bus.depth("q") == 1


async def test_runner_finishes_the_batch_in_hand_at_stop(world: World) -> None:
    stop = asyncio.Event()

    async def slow(scope: list[int], deliveries: Sequence[Delivery]) -> None:
        stop.set()
        await asyncio.sleep(0.05)
        scope += [1] * len(deliveries)

    world.instead = slow
    await world.bus.publish("news", messages(5))
    await world.runner(batch=3).run(stop)
    assert world.committed == [1, 1, 1]
    assert await world.bus.depth("q") == 2


async def test_runner_returns_a_batch_that_does_not_end_in_time(world: World) -> None:
    stop = asyncio.Event()

    async def hang(_: list[int], deliveries: Sequence[Delivery]) -> None:
        stop.set()
        await asyncio.sleep(60)

    world.instead = hang
    await world.bus.publish("news", messages(5))
    async with asyncio.timeout(3):
        await world.runner(drain_s=0.05).run(stop)
    assert world.committed == []
    async with world.bus.consume("q") as consumer:
        assert [d.attempts for d in await consumer.take(10, 0)] == [0] * 5


async def test_runner_loses_nothing_when_it_is_cancelled(world: World) -> None:
    async def hang(_: list[int], deliveries: Sequence[Delivery]) -> None:
        await asyncio.sleep(60)

    world.instead = hang
    await world.bus.publish("news", messages(5))
    task = asyncio.create_task(world.runner().run(asyncio.Event()))
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with world.bus.consume("q") as consumer:
        assert len(await consumer.take(10, 0)) == 5


async def test_runner_stops_at_once_while_nothing_comes(world: World) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(world.runner().run(stop))
    await asyncio.sleep(0.02)
    began = asyncio.get_running_loop().time()
    stop.set()
    await task
    assert asyncio.get_running_loop().time() - began < 0.2


async def test_runner_retries_the_batch_when_the_commit_fails(world: World) -> None:
    world.fail_commit = CatalogUnavailableError()
    await world.bus.publish("news", messages(2))

    def repaired() -> bool:
        if world.attempts > 3:
            world.fail_commit = None
        return world.drained()

    await world.work(repaired)
    assert world.committed == [0, 1]


async def test_runner_works_in_the_trace_of_a_single_message(world: World) -> None:
    seen: list[str | None] = []

    async def look(_: list[int], deliveries: Sequence[Delivery]) -> None:
        seen.append(current_traceparent())

    world.instead = look
    traceparent = new_traceparent()
    await world.bus.publish("news", [a_message(b"{}", headers={"traceparent": traceparent})])
    await world.work(world.drained)
    await world.bus.publish("news", messages(2))
    await world.work(world.drained)
    assert seen == [traceparent, None]


FAULTS = (ConflictError, MalformedMessageError, ZeroDivisionError)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([None, None, None, *FAULTS]), min_size=1, max_size=40))
def test_runner_settles_every_message_exactly_once(
    kinds: list[type[Exception] | None],
) -> None:
    async def scenario() -> None:
        world = World()
        await world.bus.declare(TOPOLOGY)
        world.fault = lambda n: kind() if (kind := kinds[n]) else None
        await world.bus.publish("news", messages(len(kinds)))
        await world.work(world.drained)
        good = [n for n, kind in enumerate(kinds) if kind is None]
        buried = [orjson.loads(letter.body)["n"] for letter in world.bus.waiting("q.dead")]
        assert sorted(world.committed) == good
        assert sorted(buried) == [
            n for n, kind in enumerate(kinds) if kind not in {None, ConflictError}
        ]

    with capture_logs():  # tracebacks of this many bugs are slow to print
        asyncio.run(scenario())
