"""What every ``Broadcast`` promises. A new adapter joins by a line in ``BROADCASTS``."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from apollonia.adapters.broadcast.local_broadcast import LocalBroadcast
from apollonia.ports.broadcast import Broadcast

BROADCASTS = {"local": LocalBroadcast}


@pytest.fixture(params=BROADCASTS)
async def broadcast(request: pytest.FixtureRequest) -> AsyncIterator[Broadcast]:
    made: Broadcast = BROADCASTS[request.param]()
    yield made
    await made.close()


async def _next(messages: AsyncIterator[str]) -> str:
    async with asyncio.timeout(2):
        return await anext(messages)


async def test_broadcast_reaches_everyone_who_listens(broadcast: Broadcast) -> None:
    async with broadcast.listen("a") as one, broadcast.listen("a") as two:
        await broadcast.send("a", "hello")
        assert [await _next(one), await _next(two)] == ["hello", "hello"]


async def test_broadcast_keeps_channels_apart(broadcast: Broadcast) -> None:
    async with broadcast.listen("a") as messages:
        await broadcast.send("b", "no")
        await broadcast.send("a", "yes")
        assert await _next(messages) == "yes"


async def test_broadcast_tells_nothing_of_before(broadcast: Broadcast) -> None:
    await broadcast.send("a", "before")
    async with broadcast.listen("a") as messages:
        await broadcast.send("a", "after")
        assert await _next(messages) == "after"


async def test_broadcast_wakes_a_waiting_listener(broadcast: Broadcast) -> None:
    async with broadcast.listen("a") as messages:
        waiting = asyncio.create_task(_next(messages))
        await asyncio.sleep(0.02)
        await broadcast.send("a", "now")
        assert await waiting == "now"


async def test_broadcast_keeps_the_newest_for_a_slow_listener(broadcast: Broadcast) -> None:
    async with broadcast.listen("a") as messages:
        async with asyncio.timeout(5):
            for number in range(500):
                await broadcast.send("a", str(number))
        await asyncio.sleep(0.05)
        assert await _next(messages) == "400"


async def test_broadcast_sends_to_nobody_without_an_error(broadcast: Broadcast) -> None:
    async with broadcast.listen("a"):
        pass
    await broadcast.send("a", "anyone?")
    await broadcast.ping()
