"""What one channel brings from one queue, for as long as the channel lives."""

from collections import deque
from collections.abc import Callable, Collection
from typing import Self

import aiormq
from aiormq.abc import AbstractChannel, DeliveredMessage

from apollonia.adapters.bus.rabbit.bounded import bounded
from apollonia.adapters.bus.rabbit.declaring import DELIVERY_LIMIT
from apollonia.adapters.bus.rabbit.unsettled import Plan, Unsettled
from apollonia.adapters.bus.rabbit.wire import delivery_count

_MOST_PREFETCH = 65_535
_LARGE_BATCH = 50
_WORN_AT = DELIVERY_LIMIT // 2


type OnNews = Callable[[], None]


class Intake:
    """Fetches ahead as much as is asked for; its tags mean nothing on any other channel.

    Prefetch follows the demand: twice a large batch, so that the next one is here when this one is
    done; of small ones nothing ahead, since another worker may be free for it.
    """

    def __init__(self, channel: AbstractChannel, queue: str, on_news: OnNews) -> None:
        self.ready: deque[DeliveredMessage] = deque()
        self.unsettled = Unsettled()
        self.worn: dict[int, DeliveredMessage] = {}
        self._channel = channel
        self._queue = queue
        self._on_news = on_news
        self._credit = 0
        self._consumers: list[str] = []
        self._cancelled = False
        self._closing = channel.closing
        self._closing.add_done_callback(lambda _: on_news())
        channel.on_consumer_cancel_callbacks.add(self._on_cancel)

    @classmethod
    async def open(cls, connection: aiormq.Connection, queue: str, on_news: OnNews) -> Self:
        """On a channel of its own; nothing comes before ``want``."""
        return cls(await connection.channel(publisher_confirms=False), queue, on_news)

    @property
    def connection(self) -> object:
        """Whose channel it is."""
        return self._channel.connection

    @property
    def is_alive(self) -> bool:
        """Whether what it brought can still be settled."""
        return not (self._channel.is_closed or self._cancelled)

    @property
    def held(self) -> int:
        """How many were taken and not settled."""
        return len(self.unsettled) - len(self.ready)

    def lacks(self, limit: int) -> bool:
        """Whether ``want`` must be called before so many can come."""
        return self._credit - self.held < limit

    async def want(self, limit: int) -> None:
        """Let so many come beyond what is held; one more consumer, as a prefetch cannot change."""
        ahead = 2 * limit if limit >= _LARGE_BATCH else limit
        more = min(ahead - (self._credit - self.held), _MOST_PREFETCH)
        await self._channel.basic_qos(prefetch_count=more)
        begun = await self._channel.basic_consume(self._queue, self._on_message)
        self._credit += more
        self._consumers.append(str(begun.consumer_tag))

    async def ack(self, tags: Collection[int]) -> None:
        """The broker forgets them."""
        plan = self._forget(tags)
        if plan.upto:
            await self._channel.basic_ack(plan.upto, multiple=True, wait=False)
        for tag in plan.singles:
            await self._channel.basic_ack(tag, wait=False)

    async def give_back(self, tags: Collection[int]) -> None:
        """The broker gives them out again, which counts as one more delivery."""
        plan = self._forget(tags)
        if plan.upto:
            await self._channel.basic_nack(plan.upto, multiple=True, wait=False)
        for tag in plan.singles:
            await self._channel.basic_nack(tag, wait=False)

    async def stop(self) -> None:
        """Nothing more comes."""
        for consumer in self._consumers:
            await self._channel.basic_cancel(consumer)
        self._consumers.clear()

    async def close(self, limit_s: float) -> None:
        """Give back all that is left, in its order, and close the channel."""
        async with bounded(limit_s, "take back messages"):
            if not self._channel.is_closed:
                await self._channel.basic_nack(0, multiple=True)
                await self._channel.close()

    def _forget(self, tags: Collection[int]) -> Plan:
        for tag in tags:
            self.worn.pop(tag, None)
        return self.unsettled.settle(tags)

    async def _on_message(self, message: DeliveredMessage) -> None:
        tag = message.delivery_tag or 0
        self.unsettled.add(tag)
        if delivery_count(message) >= _WORN_AT:
            self.worn[tag] = message
        self.ready.append(message)
        self._on_news()

    def _on_cancel(self, _frame: object) -> None:
        """The queue was deleted, or its leader is gone for good."""
        self._cancelled = True
        self._on_news()
