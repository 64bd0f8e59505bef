"""What is particular to RabbitMQ: queues as declared, limits, foreign messages, refusals."""

import asyncio
from collections.abc import AsyncIterator

import aiormq
import orjson
import pytest

from apollonia.adapters.bus.rabbit import RabbitBus, RabbitOptions
from apollonia.errors import BusUnavailableError, ConfigurationError
from apollonia.messages import DEAD, FILES, GRAPH_QUEUE, MAX_BODY_BYTES, POPULATOR_QUEUE, topology
from apollonia.testing.builders import a_message, messages
from apollonia.work import dead_letter

pytestmark = pytest.mark.service

QUEUE = POPULATOR_QUEUE
TOPOLOGY = topology(QUEUE, GRAPH_QUEUE)


@pytest.fixture
async def bus(rabbit_url: str) -> AsyncIterator[RabbitBus]:
    made = RabbitBus(rabbit_url, options=RabbitOptions(retry_rungs_s=(0.3,), timeout_s=10))
    await made.declare(TOPOLOGY)
    yield made
    await made.close()


async def test_rabbit_queues_are_replicated_unlimited_and_bury_at_least_once(
    bus: RabbitBus, management, rabbit_url: str
) -> None:
    await bus.publish(FILES.name, messages(1))
    async with bus.consume(QUEUE) as consumer:
        await consumer.retry(await consumer.take(1, 5), 0.1)
    once = {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}
    queue = await management.queue(rabbit_url, QUEUE)
    assert queue["durable"]
    assert queue["arguments"] == {
        "x-queue-type": "quorum",
        "x-delivery-limit": 100,
        "x-dead-letter-exchange": DEAD.name,
        "x-dead-letter-routing-key": QUEUE,
        **once,
    }
    rung = await management.queue(rabbit_url, f"{QUEUE}.retry.0.3")
    assert rung["arguments"] == {
        "x-queue-type": "quorum",
        "x-message-ttl": 300,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": QUEUE,
        **once,
    }


async def test_rabbit_queue_with_other_properties_ends_the_start_with_words(
    management, rabbit_url: str
) -> None:
    host = rabbit_url.rpartition("/")[2]
    classic = {"durable": True, "arguments": {"x-max-length": 10}}
    await management.call("PUT", f"queues/{host}/{QUEUE}", classic)
    bus = RabbitBus(rabbit_url)
    for _ in range(2):
        with pytest.raises(ConfigurationError, match=rf"queue '{QUEUE}' with other properties"):
            await bus.declare(TOPOLOGY)
    await bus.close()


async def test_rabbit_says_who_is_refused_and_never_the_password(rabbit_url: str) -> None:
    account, _, place = rabbit_url.rpartition("@")
    wrong = [
        (f"{account}x@{place}", "refuses the user apollonia"),
        (f"{account}@{place}x", "no virtual host test-"),
    ]
    for url, said in wrong:
        bus = RabbitBus(url)
        with pytest.raises(ConfigurationError, match=said) as caught:
            await bus.declare(TOPOLOGY)
        with pytest.raises(BusUnavailableError, match=said):
            await bus.ping()
        assert account.rpartition(":")[2] not in str(caught.value)
        await bus.close()


async def test_rabbit_that_is_not_there_is_said_with_its_place() -> None:
    bus = RabbitBus("amqp://user:geheim@127.0.0.1:1,localhost:1/")
    with pytest.raises(BusUnavailableError, match=r"127\.0\.0\.1:1: nothing listens there") as said:
        await bus.declare(TOPOLOGY)
    assert "localhost:1" in str(said.value)
    assert "geheim" not in str(said.value)
    await bus.close()


async def test_rabbit_takes_what_foreign_producers_send(bus: RabbitBus, rabbit_url: str) -> None:
    connection = await aiormq.connect(rabbit_url)
    channel = await connection.channel()
    properties = aiormq.spec.Basic.Properties(
        headers={"schema": "apollonia.file/1", "number": 7, "table": {"a": 1}}
    )
    await channel.basic_publish(b"{}", exchange=FILES.name, properties=properties)
    await channel.basic_publish(b"{}", exchange=FILES.name)
    await connection.close()
    async with bus.consume(QUEUE) as consumer:
        first = (await consumer.take(1, 5))[0].message
        second = (await consumer.take(1, 5))[0].message
    assert (first.schema, first.headers) == ("apollonia.file/1", {"number": "7"})
    assert (second.schema, second.headers) == ("", {})
    assert len(second.message_id) >= 32


async def test_rabbit_keeps_a_dead_letters_own_count_when_it_is_retried(bus: RabbitBus) -> None:
    told = {dead_letter.ERROR: "poison", dead_letter.ATTEMPTS: "3"}
    await bus.publish(DEAD.name, [a_message(headers=told)], QUEUE)
    async with bus.consume(f"{QUEUE}.dead") as consumer:
        (first,) = await consumer.take(1, 5)
        await consumer.retry([first], 0)
        (again,) = await consumer.take(1, 5)
    assert (first.attempts, again.attempts) == (0, 1)
    assert first.message.headers == again.message.headers == told


async def test_rabbit_buries_what_kills_its_consumers(bus: RabbitBus, rabbit_url: str) -> None:
    await bus.publish(FILES.name, messages(1))
    connection = await aiormq.connect(rabbit_url)
    channel = await connection.channel()
    deaths = 0
    while deaths < 101:
        got = await channel.basic_get(QUEUE)
        if got.delivery_tag is None:
            await asyncio.sleep(0.01)
            continue
        await channel.basic_nack(got.delivery_tag)  # for the broker the same as a lost channel
        deaths += 1
    await connection.close()
    async with bus.consume(f"{QUEUE}.dead") as consumer:
        (letter,) = await consumer.take(1, 5)
    assert orjson.loads(letter.message.body) == {"n": 0}
    assert await bus.depth(QUEUE) == 0


async def test_rabbit_never_buries_what_is_given_back_alive(bus: RabbitBus) -> None:
    await bus.publish(FILES.name, messages(2))
    async with bus.consume(QUEUE) as consumer:
        for _ in range(120):
            await consumer.release(await consumer.take(2, 5))
    for _ in range(60):
        async with bus.consume(QUEUE) as consumer:
            assert await consumer.take(2, 5)
    assert await bus.depth(f"{QUEUE}.dead") == 0
    async with bus.consume(QUEUE) as consumer:
        found = [one for _ in range(2) for one in await consumer.take(1, 5)]
    assert sorted(orjson.loads(one.message.body)["n"] for one in found) == [0, 1]
    assert {one.attempts for one in found} == {0}


async def test_rabbit_fetches_nothing_ahead_of_small_batches(bus: RabbitBus) -> None:
    await bus.publish(FILES.name, messages(2))
    async with bus.consume(QUEUE) as one, bus.consume(QUEUE) as other:
        assert len(await one.take(1, 5)) == 1
        assert len(await other.take(1, 5)) == 1
        await bus.publish(FILES.name, messages(1))
        assert len(await one.take(1, 5)) == 1  # while the first is in hand


async def test_rabbit_carries_the_largest_body_of_the_contract(bus: RabbitBus) -> None:
    sent = [a_message(bytes([n]) * MAX_BODY_BYTES) for n in range(8)]
    await bus.publish(FILES.name, [*sent, a_message(b"")])
    bodies: list[bytes] = []
    async with bus.consume(QUEUE) as consumer:
        while len(bodies) < 9 and (taken := await consumer.take(9, 10)):
            bodies += [one.message.body for one in taken]
    assert bodies == [*(one.body for one in sent), b""]


async def test_rabbit_consumer_that_is_cancelled_gives_back_what_it_holds(bus: RabbitBus) -> None:
    await bus.publish(FILES.name, messages(3))
    holds = asyncio.Event()

    async def hold() -> None:
        async with bus.consume(QUEUE) as consumer:
            await consumer.take(3, 5)
            holds.set()
            await asyncio.sleep(60)

    holding = asyncio.create_task(hold())
    await holds.wait()
    holding.cancel()
    await asyncio.sleep(0)
    holding.cancel()  # while it leaves
    await asyncio.wait([holding])
    seen: set[int] = set()
    async with bus.consume(QUEUE) as consumer:
        while len(seen) < 3 and (taken := await consumer.take(3, 5)):
            seen |= {orjson.loads(one.message.body)["n"] for one in taken}
    assert seen == {0, 1, 2}


async def test_rabbit_declares_again_what_was_deleted_under_it(
    bus: RabbitBus, management, rabbit_url: str
) -> None:
    host = rabbit_url.rpartition("/")[2]
    async with bus.consume(QUEUE) as consumer:
        assert await consumer.take(10, 0.1) == []
        await management.call("DELETE", f"queues/{host}/{QUEUE}")
        await management.call("DELETE", f"exchanges/{host}/{FILES.name}")
        await asyncio.sleep(0.5)  # declared again too soon, the broker keeps the old consumer
        with pytest.raises(BusUnavailableError):
            await bus.publish(FILES.name, messages(1))
        await bus.publish(FILES.name, messages(1))
        assert len(await consumer.take(10, 5)) == 1
