"""The one connection that callers share."""

import asyncio
from typing import Any, cast

import aiormq
import pytest

from apollonia.adapters.bus.rabbit.link import Link
from apollonia.errors import BusUnavailableError


class Speechless:
    """A connection that takes requests and gives no channel, as a broker without memory does."""

    def __init__(self) -> None:
        self.is_opened = True

    async def channel(self, **_options: object) -> Any:
        await asyncio.Event().wait()

    async def close(self, *_reason: object) -> None:
        self.is_opened = False


async def test_asking_a_broker_that_gives_no_channel_is_unavailable() -> None:
    connections = [Speechless(), Speechless()]

    async def connect(_name: str) -> aiormq.Connection:
        return cast("aiormq.Connection", connections.pop())

    async def prepare(_connection: aiormq.Connection) -> None:
        return None

    link = Link("consume", connect=connect, prepare=prepare, limit_s=0.02)
    for _ in range(2):  # the second time on a new connection
        with pytest.raises(BusUnavailableError, match="did not count"):
            async with link.asking("count"):
                pytest.fail("there is no channel")
    await link.close()
    assert connections == []
