"""What every ``Broadcast`` promises. A new adapter joins by a line in ``BROADCASTS``."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import pytest

from apollonia.adapters.broadcast.local_broadcast import LocalBroadcast
from apollonia.adapters.broadcast.redis_broadcast import RedisBroadcast
from apollonia.adapters.clock.system_clock import SystemClock
from apollonia.ports.broadcast import Broadcast


@dataclass
class Setup:
    """Who sends and who listens; ``sent`` waits until what was sent is on its way."""

    sender: Broadcast
    listener: Broadcast
    sent: Callable[[], Awaitable[None]]

    def listen(self, channel: str) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        return self.listener.listen(channel)

    async def send(self, channel: str, text: str) -> None:
        await self.sender.send(channel, text)


async def _at_once() -> None:
    """Nothing is on its way."""


@asynccontextmanager
async def _local(_: object) -> AsyncIterator[Setup]:
    made = LocalBroadcast()
    yield Setup(made, made, _at_once)
    await made.close()


@asynccontextmanager
async def _redis(service_url: Callable[..., str]) -> AsyncIterator[Setup]:
    """The sender in one process, the listeners in another."""
    url, prefix = service_url("redis"), f"test-{uuid.uuid4().hex}"
    sender, listener = (RedisBroadcast(url, clock=SystemClock(), prefix=prefix) for _ in range(2))

    async def sent() -> None:
        async with asyncio.timeout(5):
            while sender._outbox:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.005)

    yield Setup(sender, listener, sent)
    await sender.close()
    await listener.close()


@asynccontextmanager
async def _redis_alone(service_url: Callable[..., str]) -> AsyncIterator[Setup]:
    """Both in one process."""
    async with _redis(service_url) as setup:
        yield Setup(setup.listener, setup.listener, _at_once)


BROADCASTS = {"local": _local, "redis": _redis, "redis_alone": _redis_alone}


@pytest.fixture(params=BROADCASTS)
async def broadcast(
    request: pytest.FixtureRequest, service_url: Callable[..., str]
) -> AsyncIterator[Setup]:
    async with BROADCASTS[request.param](service_url) as setup:
        yield setup


async def _next(messages: AsyncIterator[str]) -> str:
    async with asyncio.timeout(2):
        return await anext(messages)


async def test_broadcast_reaches_everyone_who_listens(broadcast: Setup) -> None:
    async with broadcast.listen("a") as one, broadcast.listen("a") as two:
        await broadcast.send("a", "hello")
        assert [await _next(one), await _next(two)] == ["hello", "hello"]


async def test_broadcast_keeps_channels_apart(broadcast: Setup) -> None:
    async with broadcast.listen("a") as messages:
        await broadcast.send("b", "no")
        await broadcast.send("a", "yes")
        assert await _next(messages) == "yes"


async def test_broadcast_tells_nothing_of_before(broadcast: Setup) -> None:
    await broadcast.send("a", "before")
    await broadcast.sent()
    async with broadcast.listen("a") as messages:
        await broadcast.send("a", "after")
        assert await _next(messages) == "after"


async def test_broadcast_wakes_a_waiting_listener(broadcast: Setup) -> None:
    async with broadcast.listen("a") as messages:
        waiting = asyncio.create_task(_next(messages))
        await asyncio.sleep(0.02)
        await broadcast.send("a", "now")
        assert await waiting == "now"


async def test_broadcast_keeps_the_newest_for_a_slow_listener(broadcast: Setup) -> None:
    async with broadcast.listen("a") as messages:
        async with asyncio.timeout(5):
            for number in range(500):
                await broadcast.send("a", str(number))
        await broadcast.sent()
        await asyncio.sleep(0.05)
        assert await _next(messages) == "400"


async def test_broadcast_sends_to_nobody_without_an_error(broadcast: Setup) -> None:
    async with broadcast.listen("a"):
        pass
    await broadcast.send("a", "anyone?")
    await broadcast.sent()
    await broadcast.sender.ping()
