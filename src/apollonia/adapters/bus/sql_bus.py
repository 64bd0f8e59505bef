"""The embedded bus: durable queues in one SQLite file, shared by the processes of one machine."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from sqlite3 import Connection

from apollonia.adapters.bus import statements, upkeep
from apollonia.adapters.bus.holders import Holder
from apollonia.adapters.bus.schema import SCHEMA
from apollonia.adapters.bus.sql_consumer import SqlConsumer
from apollonia.adapters.sqlite.commits import Commits
from apollonia.adapters.sqlite.connection import SqliteConnection
from apollonia.errors import BusUnavailableError, Unavailable
from apollonia.messages import Topology
from apollonia.observe.logs import get_logger
from apollonia.ports.bus import Message
from apollonia.ports.clock import Clock

_UPKEEP_S = 1.0
_HEARD_S = 0.2  # another process' messages are seen this late at most

log = get_logger(__name__)


class SqlBus:
    """A ``Bus`` in ``bus.db``: rows leave on acknowledgement, every commit is on the disk.

    Consumers hold messages under a lease of ``lease_s``, renewed while the process lives; a dead
    process' messages come back within about a second, a hanging one's when its lease runs out.
    """

    def __init__(self, path: Path, *, clock: Clock, lease_s: float = 60.0) -> None:
        self._connection = SqliteConnection(path, schema=SCHEMA, unavailable=BusUnavailableError)
        self._clock = clock
        self._lease_s = lease_s
        self._holder = Holder(path.with_name(f"{path.name}-holders"))
        self._consumers: set[SqlConsumer] = set()
        self._upkeep: asyncio.Task[None] | None = None
        self._commits = Commits(path, self._committed, every_s=_HEARD_S)
        self._is_tidy = False

    async def declare(self, topology: Topology) -> None:
        """Make exchanges, queues and bindings."""
        await self._connection.write(lambda raw: statements.declare(raw, topology))

    async def publish(
        self, exchange: str, messages: Sequence[Message], routing_key: str = ""
    ) -> None:
        """Store all of them in every bound queue, in one transaction."""
        if not messages:
            return
        queues = await self._connection.write(
            lambda raw: statements.publish(raw, exchange, routing_key, messages)
        )
        self._wake(queues)

    @asynccontextmanager
    async def consume(self, queue: str) -> AsyncIterator[SqlConsumer]:
        """A consumer; leaving returns what it holds."""
        number = await self._connection.read(lambda raw: statements.queue_number(raw, queue))
        await self._start_upkeep()
        consumer = SqlConsumer(
            connection=self._connection,
            clock=self._clock,
            lease_s=self._lease_s,
            holder=self._holder.name,
            queue=(number, queue),
        )
        self._consumers.add(consumer)
        try:
            yield consumer
        finally:
            self._consumers.discard(consumer)
            with suppress(Unavailable):  # then the lease gives it back
                await asyncio.shield(consumer.give_back())
            self._wake([queue])

    async def depth(self, queue: str) -> int:
        """Exactly how many messages wait or are held, from a kept count."""

        def count(raw: Connection) -> int:
            number = statements.queue_number(raw, queue)
            row = raw.execute("SELECT depth FROM queue WHERE id = ?", (number,)).fetchone()
            return int(row[0])

        return await self._connection.read(count)

    async def ping(self) -> None:
        """Raise ``BusUnavailableError`` unless the file can be read."""
        await self._connection.read(
            lambda raw: raw.execute("SELECT count(*) FROM queue").fetchone()
        )

    async def close(self) -> None:
        """Return what is held and close the file."""
        task, self._upkeep = self._upkeep, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            with suppress(Unavailable):
                await self._connection.write(
                    lambda raw: statements.end_leases_of(raw, self._holder.name)
                )
            await asyncio.to_thread(self._holder.leave)
        await self._commits.stop()
        await self._connection.close()

    def _wake(self, queues: Iterable[str]) -> None:
        names = frozenset(queues)
        for consumer in self._consumers:
            if consumer.queue in names:
                consumer.wake()

    def _committed(self) -> None:
        """Something changed, here or in another process."""
        self._is_tidy = False
        for consumer in self._consumers:
            consumer.wake()

    async def _start_upkeep(self) -> None:
        await self._connection.read(lambda _: self._holder.enter())
        self._commits.start()
        if self._upkeep is None:
            self._upkeep = asyncio.create_task(self._keep_up(), name="bus upkeep")
            await self._give_back_lost()

    async def _give_back_lost(self) -> None:
        await self._connection.write(
            lambda raw: upkeep.give_back_lost(raw, self._holder, self._clock.now_micros())
        )

    async def _keep_up(self) -> None:
        """Never ends by itself: what fails now is tried again a second later."""
        loop = asyncio.get_running_loop()
        renewed, waits = loop.time(), False
        while True:
            await asyncio.sleep(min(_UPKEEP_S, self._lease_s / 6))
            for consumer in self._consumers:
                consumer.wake_if_due()
            try:
                if loop.time() - renewed >= self._lease_s / 3:
                    await self._renew()
                    renewed = loop.time()
                await self._tidy()
                waits = False
            except Unavailable as error:
                if not waits:
                    log.warning("bus upkeep waits", error=error.message)
                waits = True

    async def _renew(self) -> None:
        expires = self._clock.now_micros() + round(self._lease_s * 1_000_000)
        await self._connection.write(lambda raw: upkeep.renew(raw, self._holder.name, expires))

    async def _tidy(self) -> None:
        """Nothing to do while nothing changes and nobody else holds anything, who might die."""
        if self._is_tidy:
            return
        self._is_tidy = True
        try:
            others = await self._connection.read(lambda raw: upkeep.others(raw, self._holder.name))
            if others:
                await self._give_back_lost()
            free = await self._connection.read(upkeep.free_pages)
            if free:
                await self._connection.read(upkeep.shrink)
        except BaseException:
            self._is_tidy = False
            raise
        if others or free:
            self._is_tidy = False
