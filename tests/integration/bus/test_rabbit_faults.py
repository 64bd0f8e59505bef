"""RabbitMQ over a network that cuts, stalls and idles: what was confirmed arrives."""

import asyncio
from collections.abc import AsyncIterator

import orjson
import pytest

from apollonia.adapters.bus.rabbit import RabbitBus, RabbitOptions
from apollonia.errors import BusUnavailableError
from apollonia.messages import FILES, POPULATOR_QUEUE, topology
from apollonia.testing.builders import a_message, messages
from apollonia.testing.tcp_proxy import TcpProxy

pytestmark = pytest.mark.service

QUEUE = POPULATOR_QUEUE
OPTIONS = RabbitOptions(heartbeat_s=1, timeout_s=5)


@pytest.fixture
async def proxy(rabbit_url: str) -> AsyncIterator[TcpProxy]:
    async with TcpProxy.before(rabbit_url) as made:
        yield made


@pytest.fixture
async def bus(proxy: TcpProxy, rabbit_url: str) -> AsyncIterator[RabbitBus]:
    made = RabbitBus(proxy.through(rabbit_url), options=OPTIONS)
    await made.declare(topology(QUEUE))
    yield made
    await made.close()


async def _drain(bus: RabbitBus) -> list[int]:
    numbers: list[int] = []
    async with bus.consume(QUEUE) as consumer:
        while taken := await consumer.take(500, 0.5):
            numbers += [orjson.loads(one.message.body)["n"] for one in taken]
            await consumer.ack(taken)
    return numbers


async def test_rabbit_loses_nothing_confirmed_when_cut_in_the_middle_of_a_frame(
    bus: RabbitBus, proxy: TcpProxy
) -> None:
    confirmed: set[int] = set()
    failures = 0
    before = size = 0
    for number in range(40):
        size, before = proxy.upward_bytes - before, proxy.upward_bytes
        if number % 8 == 3:  # into the last message of a batch like the one before, or sooner
            proxy.cut_after(size - 200 - number * 300)
        some = range(number * 50, number * 50 + 50)
        batch = [a_message(b'{"n": %d, "pad": "%s"}' % (n, b"x" * 400)) for n in some]
        while not confirmed.issuperset(some):
            try:
                await bus.publish(FILES.name, batch)
                confirmed.update(some)
            except BusUnavailableError:
                failures += 1
    assert failures >= 3
    assert confirmed <= set(await _drain(bus))


async def test_rabbit_consumer_goes_on_after_each_cut_and_handles_everything(
    bus: RabbitBus, proxy: TcpProxy
) -> None:
    await bus.publish(FILES.name, messages(600))
    seen: list[int] = []
    async with bus.consume(QUEUE) as consumer:
        for turn in range(30):
            taken = await consumer.take(40, 2)
            if turn % 5 == 2:
                proxy.cut()
                await asyncio.sleep(0.02)
            await consumer.ack(taken)  # of no use after a cut, and no error
            seen += [orjson.loads(one.message.body)["n"] for one in taken]
            if set(seen) == set(range(600)) and turn > 20:
                break
    seen += await _drain(bus)
    assert set(seen) == set(range(600))
    assert len(seen) > 600  # what was in hand at a cut came twice
    assert await bus.depth(QUEUE) == 0


async def test_rabbit_that_does_not_answer_is_away_in_time_and_back_at_once(
    proxy: TcpProxy, rabbit_url: str
) -> None:
    bus = RabbitBus(proxy.through(rabbit_url), options=RabbitOptions(timeout_s=0.7))
    await bus.declare(topology(QUEUE))
    await bus.publish(FILES.name, messages(1))
    proxy.stall()
    loop = asyncio.get_running_loop()
    for call in (bus.publish(FILES.name, messages(1)), bus.ping(), bus.depth(QUEUE)):
        began = loop.time()
        with pytest.raises(BusUnavailableError):
            await call
        assert loop.time() - began < 3
    proxy.resume()
    await bus.publish(FILES.name, messages(1))
    assert await bus.depth(QUEUE) >= 2
    await bus.close()


async def test_rabbit_connection_survives_idling_for_several_heartbeats(
    bus: RabbitBus, proxy: TcpProxy
) -> None:
    async with bus.consume(QUEUE) as consumer:
        waiting = asyncio.create_task(consumer.take(10, 20))
        await asyncio.sleep(3.6)  # three heartbeats and more
        await bus.publish(FILES.name, messages(1))
        assert len(await waiting) == 1
    assert proxy.connections == 2


async def test_rabbit_consumer_notices_a_peer_that_went_without_a_word(
    bus: RabbitBus, proxy: TcpProxy, rabbit_url: str
) -> None:
    async with bus.consume(QUEUE) as consumer:
        waiting = asyncio.create_task(consumer.take(10, 20))
        await asyncio.sleep(0.2)
        proxy.stall()
        other = RabbitBus(rabbit_url)
        await other.declare(topology(QUEUE))
        await other.publish(FILES.name, messages(1))
        await other.close()
        await asyncio.sleep(7)  # heartbeats fail: three of them, a second each, and one of grace
        proxy.cut()
        proxy.resume()
        assert len(await waiting) == 1
