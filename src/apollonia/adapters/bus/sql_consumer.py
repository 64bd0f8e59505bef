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

_BLIND_S = 5.0  # without anything heard, it is looked all the same


class SqlConsumer:
    """A ``Consumer``: woken by its bus, at once for what its own process published.

    It looks when something may have come, and when something that is put off is due.
    """

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
        self._look_at = 0.0  # of the loop's clock
        self._due_micros: int | None = None

    def wake(self) -> None:
        """Something may have come."""
        self._arrived.set()

    def wake_if_due(self) -> None:
        """By the wall clock, which may have been set, or run on while the machine slept."""
        if self._due_micros is not None and self._clock.now_micros() >= self._due_micros:
            self._due_micros = None
            self.wake()

    async def take(self, limit: int, wait: float) -> Sequence[Delivery]:
        """Up to ``limit`` deliveries; delayed ones that are due come first, then the oldest."""
        loop = asyncio.get_running_loop()
        end = loop.time() + wait
        while True:
            if wait <= 0 or self._arrived.is_set() or loop.time() >= self._look_at:
                found = await self._look(limit)
                if found:
                    return found
            left = min(end, self._look_at) - loop.time()
            try:
                async with asyncio.timeout(max(left, 0.0)):
                    await self._arrived.wait()
            except TimeoutError:
                if loop.time() >= end:
                    return []

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

    async def _look(self, limit: int) -> list[Delivery]:
        """What is there; then nobody needs to look before ``_look_at``, unless something comes."""
        self._arrived.clear()
        self._look_at = 0.0  # until the look has succeeded
        found, rest_s = await self._lease_some(limit)
        self._look_at = asyncio.get_running_loop().time() + rest_s
        return found

    async def _lease_some(self, limit: int) -> tuple[list[Delivery], float]:
        """What there is, and in how many seconds something else may be due."""
        now = self._clock.now_micros()
        seen = {"queue": self._number, "now": now}
        waiting, due = await self._connection.read(
            lambda raw: raw.execute(statements.ANY_WAITING, seen).fetchone()
        )
        self._due_micros = due
        if not waiting:
            return [], _BLIND_S if due is None else min(_BLIND_S, (due - now) / 1_000_000)
        holding = Holding(self._number, self.queue, self._holder, now + self._lease_micros)

        def take(raw: Connection) -> list[Delivery]:
            # Kept here, in the thread: a cancelled caller must still be able to give it back.
            self._lease, found = statements.take(raw, holding, self._lease, limit, now)
            return found

        return await self._connection.write(take), 0.0

    async def _put_back(self, deliveries: Sequence[Delivery], due: int, failures: int) -> None:
        tags = _tags(deliveries)
        if tags:
            await self._connection.write(
                lambda raw: statements.put_back(raw, self._number, tags, due, failures)
            )
            self.wake()


def _tags(deliveries: Sequence[Delivery]) -> list[Tag]:
    return [delivery.tag for delivery in deliveries if isinstance(delivery.tag, Tag)]
