"""Work that can wait lets other work go first."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from apollonia.messages import Topology
from apollonia.ports.bus import Bus, Consumer, Delivery, Message

type IsBusy = Callable[[], Awaitable[bool]]

_PAUSE_S = 0.5


class YieldingBus:
    """A ``Bus`` whose consumers take nothing while ``is_busy`` says that others come first."""

    def __init__(self, bus: Bus, is_busy: IsBusy) -> None:
        self._bus = bus
        self._is_busy = is_busy

    async def declare(self, topology: Topology) -> None:
        """As the bus below."""
        await self._bus.declare(topology)

    async def publish(
        self, exchange: str, messages: Sequence[Message], routing_key: str = ""
    ) -> None:
        """As the bus below."""
        await self._bus.publish(exchange, messages, routing_key)

    @asynccontextmanager
    async def consume(self, queue: str) -> AsyncIterator[Consumer]:
        """A consumer that finds nothing while others come first."""
        async with self._bus.consume(queue) as consumer:
            yield _YieldingConsumer(consumer, self._is_busy)

    async def depth(self, queue: str) -> int:
        """As the bus below."""
        return await self._bus.depth(queue)

    async def ping(self) -> None:
        """As the bus below."""
        await self._bus.ping()

    async def close(self) -> None:
        """The bus below is closed by whoever opened it."""


class _YieldingConsumer:
    def __init__(self, consumer: Consumer, is_busy: IsBusy) -> None:
        self._consumer = consumer
        self._is_busy = is_busy

    async def take(self, limit: int, wait: float) -> Sequence[Delivery]:
        if await self._is_busy():
            await asyncio.sleep(min(wait, _PAUSE_S))
            return ()
        return await self._consumer.take(limit, wait)

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        await self._consumer.ack(deliveries)

    async def retry(self, deliveries: Sequence[Delivery], delay: float) -> None:
        await self._consumer.retry(deliveries, delay)

    async def release(self, deliveries: Sequence[Delivery]) -> None:
        await self._consumer.release(deliveries)
