"""What every ``Bus`` promises. A new adapter joins by a line in ``BUSES``."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson
import pytest

from apollonia.adapters.bus.rabbit import RabbitBus, RabbitOptions
from apollonia.adapters.bus.sql_bus import SqlBus
from apollonia.domain.ids import uuid7
from apollonia.errors import NotFoundError
from apollonia.messages import DEAD, Exchange, Queue, Topology
from apollonia.ports.bus import Bus, Consumer, Delivery
from apollonia.testing.builders import a_message, messages
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_bus import MemoryBus
from apollonia.testing.rabbit_hosts import RabbitManagement
from apollonia.testing.tcp_proxy import TcpProxy

LEASE_S = 30.0
PATIENCE_S = 10.0  # of a busy machine: what is expected comes long before
RABBIT_SECOND_S = 0.2

type ServiceUrl = Callable[..., str]

TOPOLOGY = Topology(
    (Exchange("news", "fanout"), Exchange("tasks", "direct"), Exchange("void", "fanout"), DEAD),
    (
        Queue("a", (("news", ""),)),
        Queue("b", (("news", ""), ("tasks", "b"))),
        Queue("a.dead", ((DEAD.name, "a"),)),
    ),
)


@dataclass
class Setup:
    """A bus, a second connection to the same one, and a way to let time pass on it."""

    bus: Bus
    second: Bus
    pass_time: Callable[[float], Awaitable[None]]
    lose_second: Callable[[], Awaitable[None]]
    second_s: float = 1.0  # how long a second of these tests is
    abandoned: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def hanging_consumer(self, queue: str) -> Consumer:
        """A consumer that is never heard of again."""
        return await self.abandoned.enter_async_context(self.second.consume(queue))


@asynccontextmanager
async def _memory_bus(_: Path, _service_url: ServiceUrl) -> AsyncIterator[Setup]:
    clock = ManualClock()
    bus = MemoryBus(clock=clock, lease_s=LEASE_S)
    yield Setup(bus, bus, clock.advance, lambda: clock.advance(LEASE_S + 1))


@asynccontextmanager
async def _sql_bus(folder: Path, _: ServiceUrl) -> AsyncIterator[Setup]:
    clock = ManualClock()
    bus = SqlBus(folder / "bus.db", clock=clock, lease_s=LEASE_S)
    second = SqlBus(folder / "bus.db", clock=clock, lease_s=LEASE_S)
    yield Setup(bus, second, clock.advance, lambda: clock.advance(LEASE_S + 1))
    await second.close()
    await bus.close()


@asynccontextmanager
async def _rabbit_bus(_: Path, service_url: ServiceUrl) -> AsyncIterator[Setup]:
    """Its time is real and short; it has no leases, but connections that break."""
    management = RabbitManagement(service_url("rabbitmq", "management"))
    url = await management.make_host(service_url("rabbitmq"))
    options = RabbitOptions(retry_rungs_s=(0.2, 1.0), timeout_s=10)
    async with TcpProxy.before(url) as proxy:
        bus = RabbitBus(url, options=options)
        second = RabbitBus(proxy.through(url), options=options)

        async def pass_time(seconds: float) -> None:
            await asyncio.sleep(seconds * RABBIT_SECOND_S)

        async def lose_second() -> None:
            proxy.cut()

        yield Setup(bus, second, pass_time, lose_second, RABBIT_SECOND_S)
        await second.close()
        await bus.close()
    await management.remove_host(url)


BUSES = {"memory": _memory_bus, "sql": _sql_bus, "rabbit": _rabbit_bus}


@pytest.fixture(params=BUSES)
async def setup(
    request: pytest.FixtureRequest, tmp_path: Path, service_url: ServiceUrl
) -> AsyncIterator[Setup]:
    async with BUSES[request.param](tmp_path, service_url) as made:
        await made.bus.declare(TOPOLOGY)
        yield made
        await made.abandoned.aclose()


def _numbers(deliveries: Sequence[Delivery]) -> list[int]:
    return [orjson.loads(delivery.message.body)["n"] for delivery in deliveries]


async def _take(consumer: Consumer, number: int) -> list[Delivery]:
    """So many, in as many parts as they come in."""
    taken: list[Delivery] = []
    while len(taken) < number and (found := await consumer.take(number - len(taken), PATIENCE_S)):
        assert len(found) <= number - len(taken)
        taken += found
    return taken


async def _take_all(consumer: Consumer, wait: float = 0.5) -> list[Delivery]:
    taken: list[Delivery] = []
    while found := await consumer.take(100, 0.1 if taken else wait):
        taken += found
    return taken


async def test_bus_delivers_every_message_to_each_queue_of_a_fanout(setup: Setup) -> None:
    await setup.bus.publish("news", messages(3))
    for queue in ("a", "b"):
        async with setup.bus.consume(queue) as consumer:
            assert _numbers(await _take(consumer, 3)) == [0, 1, 2]


async def test_bus_carries_body_id_schema_and_headers(setup: Setup) -> None:
    sent = a_message(b"\x00\xff", headers={"traceparent": "00-x", "x-reason": "ü"})
    await setup.bus.publish("news", [sent, replace(sent, headers={}, message_id=uuid7())])
    async with setup.bus.consume("a") as consumer:
        first, second = await _take(consumer, 2)
    assert first.message == sent
    assert first.queue == "a"
    assert second.message.headers == {}


async def test_bus_routes_a_direct_exchange_by_key(setup: Setup) -> None:
    await setup.bus.publish("tasks", messages(2), "b")
    assert await setup.bus.depth("a") == 0
    assert await setup.bus.depth("b") == 2


async def test_bus_feeds_dead_letter_queues_like_any_other(setup: Setup) -> None:
    await setup.bus.publish(DEAD.name, messages(1), "a")
    async with setup.bus.consume("a.dead") as consumer:
        assert _numbers(await consumer.take(10, 1)) == [0]


async def test_bus_refuses_to_publish_into_the_void(setup: Setup) -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        await setup.bus.publish("nowhere", messages(1))
    with pytest.raises(NotFoundError, match="no-key"):
        await setup.bus.publish("tasks", messages(1), "no-key")
    await setup.bus.publish("void", messages(1))


async def test_bus_refuses_to_consume_an_undeclared_queue(setup: Setup) -> None:
    with pytest.raises(NotFoundError, match="nothing"):
        async with setup.bus.consume("nothing"):
            pass
    with pytest.raises(NotFoundError, match="nothing"):
        await setup.bus.depth("nothing")


async def test_bus_declares_twice_without_losing_messages(setup: Setup) -> None:
    await setup.bus.publish("news", messages(2))
    await setup.second.declare(TOPOLOGY)
    await setup.bus.publish("news", messages(1))
    assert await setup.bus.depth("a") == 3


async def test_bus_accepts_an_empty_publish(setup: Setup) -> None:
    await setup.bus.publish("news", [])
    assert await setup.bus.depth("a") == 0


async def test_consumer_takes_at_most_what_was_asked_in_order(setup: Setup) -> None:
    await setup.bus.publish("news", messages(25))
    async with setup.bus.consume("a") as consumer:
        taken = [await _take(consumer, number) for number in (10, 10, 5)]
        assert [_numbers(some) for some in taken] == [
            list(range(10)),
            list(range(10, 20)),
            list(range(20, 25)),
        ]
        assert await consumer.take(10, 0) == []


async def test_acknowledged_messages_never_come_again(setup: Setup) -> None:
    await setup.bus.publish("news", messages(4))
    async with setup.bus.consume("a") as consumer:
        taken = await _take(consumer, 4)
        await consumer.ack([taken[0], taken[2]])
        assert await setup.bus.depth("a") == 2
    async with setup.bus.consume("a") as consumer:
        assert _numbers(await _take_all(consumer)) == [1, 3]


async def test_leaving_a_consumer_returns_what_it_holds(setup: Setup) -> None:
    await setup.bus.publish("news", messages(3))
    async with setup.bus.consume("a") as consumer:
        await _take(consumer, 2)
    async with setup.second.consume("a") as consumer:
        again = await _take_all(consumer)
    assert _numbers(again) == [0, 1, 2]
    assert {delivery.attempts for delivery in again} == {0}


async def test_competing_consumers_never_hold_the_same_message(setup: Setup) -> None:
    await setup.bus.publish("news", messages(300))
    seen: list[int] = []

    async def work(bus: Bus) -> None:
        async with bus.consume("a") as consumer:
            while taken := await consumer.take(7, 0.3):
                seen.extend(_numbers(taken))
                await consumer.ack(taken)

    await asyncio.gather(work(setup.bus), work(setup.bus), work(setup.second))
    assert sorted(seen) == list(range(300))
    assert await setup.bus.depth("a") == 0


async def test_retried_messages_come_after_their_delay_with_one_attempt_more(setup: Setup) -> None:
    await setup.bus.publish("news", messages(2))
    async with setup.bus.consume("a") as consumer:
        first, second = await _take(consumer, 2)
        await consumer.retry([first], 5 * setup.second_s)
        await consumer.ack([second])
        await setup.pass_time(3.5)
        assert await consumer.take(10, 0) == []
        await setup.pass_time(1.6)
        (again,) = await consumer.take(10, 1)
        assert (_numbers([again]), again.attempts) == ([0], 1)
        await consumer.retry([again], 0)
        (again,) = await consumer.take(10, 1)
        assert again.attempts == 2
        assert await setup.bus.depth("b") == 2


async def test_due_retries_are_not_starved_by_new_messages(setup: Setup) -> None:
    await setup.bus.publish("news", messages(1))
    async with setup.bus.consume("a") as consumer:
        await consumer.retry(await consumer.take(1, 1), setup.second_s)
        await setup.bus.publish("news", [a_message(b'{"n": 7}') for _ in range(5)])
        await setup.pass_time(2)
        seen: list[int] = []
        while 0 not in seen and len(seen) < 20:
            await setup.bus.publish("news", [a_message(b'{"n": 7}')])
            taken = await consumer.take(2, 1)
            seen += _numbers(taken)
            await consumer.ack(taken)
        assert 0 in seen


async def test_released_messages_come_at_once_and_count_no_attempt(setup: Setup) -> None:
    await setup.bus.publish("news", messages(2))
    async with setup.bus.consume("a") as consumer:
        await consumer.release(await _take(consumer, 2))
        again = await _take(consumer, 2)
    assert _numbers(again) == [0, 1]
    assert [delivery.attempts for delivery in again] == [0, 0]


async def test_messages_of_a_consumer_that_hangs_go_to_another(setup: Setup) -> None:
    await setup.bus.publish("news", messages(2))
    hanging = await setup.hanging_consumer("a")
    held = await _take(hanging, 2)
    async with setup.bus.consume("a") as consumer:
        assert await consumer.take(10, 0) == []
        await setup.lose_second()
        again = await _take(consumer, 2)
        assert _numbers(again) == [0, 1]
        await hanging.ack(held)
        await hanging.retry(held, 0)
        await hanging.release(held)
        assert await setup.bus.depth("a") == 2
        assert await consumer.take(10, 0) == []
        await consumer.ack(again)
    assert await setup.bus.depth("a") == 0


async def test_consumer_works_on_after_its_lease_ran_out(setup: Setup) -> None:
    await setup.bus.publish("news", messages(1))
    late = await setup.hanging_consumer("a")
    await late.take(10, 1)
    await setup.lose_second()
    (again,) = await late.take(10, 1)
    async with setup.bus.consume("a") as consumer:
        assert await consumer.take(10, 0) == []
    await late.ack([again])
    assert await setup.bus.depth("a") == 0


async def test_waiting_consumer_is_woken_by_its_own_process_at_once(setup: Setup) -> None:
    loop = asyncio.get_running_loop()
    async with setup.bus.consume("a") as consumer:
        waiting = asyncio.create_task(consumer.take(10, 10))
        await asyncio.sleep(0.05)
        began = loop.time()
        await setup.bus.publish("news", messages(1))
        assert _numbers(await waiting) == [0]
        assert loop.time() - began < 0.15


async def test_waiting_consumer_sees_another_process_within_a_moment(setup: Setup) -> None:
    async with setup.second.consume("a") as consumer:
        waiting = asyncio.create_task(consumer.take(10, 10))
        await asyncio.sleep(0.05)
        await setup.bus.publish("news", messages(1))
        async with asyncio.timeout(1):
            assert _numbers(await waiting) == [0]


async def test_take_returns_nothing_when_nothing_came_in_time(setup: Setup) -> None:
    loop = asyncio.get_running_loop()
    async with setup.bus.consume("a") as consumer:
        began = loop.time()
        assert await consumer.take(10, 0.1) == []
        assert 0.09 <= loop.time() - began < 2


async def test_cancelled_take_loses_nothing(setup: Setup) -> None:
    async with setup.bus.consume("a") as consumer:
        for _ in range(20):
            waiting = asyncio.create_task(consumer.take(10, 10))
            await asyncio.sleep(0)
            await setup.bus.publish("news", messages(1))
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
    async with setup.second.consume("a") as consumer:
        assert len(await _take_all(consumer)) == 20


async def test_bus_answers_a_ping_and_settles_nothing_at_all(setup: Setup) -> None:
    await setup.bus.ping()
    async with setup.bus.consume("a") as consumer:
        await consumer.ack([])
        await consumer.retry([], 1)
        await consumer.release([])
