"""One consumer of one queue of the embedded bus."""

import asyncio
from collections.abc import Sequence
from sqlite3 import Connection

from apollonia.adapters.bus import statements
from apollonia.adapters.bus.statements import Holding, Tag
from apollonia.adapters.bus.upkeep import MAX_DELAY_S
from apollonia.adapters.sqlite.connection import SqliteConnection
from apollonia.ports.bus import Delivery
from apollonia.ports.clock import Clock

_POLL_S = 0.2  # another process' messages, and delayed ones, are seen this late at most


class SqlConsumer:
    """A ``Consumer``: woken at once by its own process, polling for what others put there."""

    def __init__(
        self,
        *,
        connection: SqliteConnection,
        clock: Clock,
        lease_s: float,
        holder: str,
        queue: tuple[int, str],
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._lease_micros = round(lease_s * 1_000_000)
        self._holder = holder
        self._number, self.queue = queue
        self._lease: int | None = None
        self._arrived = asyncio.Event()

    def wake(self) -> None:
        """Something may have come."""
        self._arrived.set()

    async def take(self, limit: int, wait: float) -> Sequence[Delivery]:
        """Up to ``limit`` deliveries; delayed ones that are due come first, then the oldest."""
        loop = asyncio.get_running_loop()
        end = loop.time() + wait
        while True:
            self._arrived.clear()
            found = await self._lease_some(limit)
            left = end - loop.time()
            if found or left <= 0:
                return found
            try:
                async with asyncio.timeout(min(left, _POLL_S)):
                    await self._arrived.wait()
            except TimeoutError:
                continue

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Delete them, those that are still ours."""
        tags = _tags(deliveries)
        if tags:
            await self._connection.write(
                lambda raw: statements.acknowledge(raw, self._number, tags)
            )

    async def retry(self, deliveries: Sequence[Delivery], delay: float) -> None:
        """Put them off; at most an hour, so that a clock set back cannot hide them for long."""
        due = self._clock.now_micros() + round(min(max(delay, 0.0), MAX_DELAY_S) * 1_000_000)
        await self._put_back(deliveries, due, 1)

    async def release(self, deliveries: Sequence[Delivery]) -> None:
        """Put them back as they were."""
        await self._put_back(deliveries, 0, 0)

    async def give_back(self) -> None:
        """Return everything that is held, taken by a cancelled ``take`` too."""
        lease = self._lease
        if lease is not None:
            await self._connection.write(lambda raw: statements.end_lease(raw, lease))

    async def _lease_some(self, limit: int) -> list[Delivery]:
        now = self._clock.now_micros()
        seen = {"queue": self._number, "now": now}
        waiting = await self._connection.read(
            lambda raw: raw.execute(statements.ANY_WAITING, seen).fetchone()[0]
        )
        if not waiting:
            return []
        holding = Holding(self._number, self.queue, self._holder, now + self._lease_micros)

        def take(raw: Connection) -> list[Delivery]:
            # Kept here, in the thread: a cancelled caller must still be able to give it back.
            self._lease, found = statements.take(raw, holding, self._lease, limit, now)
            return found

        return await self._connection.write(take)

    async def _put_back(self, deliveries: Sequence[Delivery], due: int, failures: int) -> None:
        tags = _tags(deliveries)
        if tags:
            await self._connection.write(
                lambda raw: statements.put_back(raw, self._number, tags, due, failures)
            )
            self.wake()


def _tags(deliveries: Sequence[Delivery]) -> list[Tag]:
    return [delivery.tag for delivery in deliveries if isinstance(delivery.tag, Tag)]
