"""One connection to RabbitMQ, opened when it is needed and again after it was lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import aiormq
from aiormq.abc import AbstractChannel

from apollonia.adapters.bus.rabbit.bounded import bounded
from apollonia.adapters.bus.rabbit.connecting import RefusedByBrokerError
from apollonia.errors import BusUnavailableError
from apollonia.observe.logs import get_logger

_CLOSE_S = 3.0

log = get_logger(__name__)


class Link:
    """Keeps at most one connection; callers share it and come back when it breaks.

    ``prepare`` runs on each new connection before anybody gets it. There is no loop that connects
    in the background: whoever needs the broker tries, and waits as its own policy says.
    """

    def __init__(
        self,
        name: str,
        *,
        connect: Callable[[str], Awaitable[aiormq.Connection]],
        prepare: Callable[[aiormq.Connection], Awaitable[None]],
        limit_s: float,
    ) -> None:
        self.name = name
        self._connect = connect
        self._prepare = prepare
        self._limit_s = limit_s
        self._lock = asyncio.Lock()
        self._connection: aiormq.Connection | None = None
        self._lost = False
        self._closing: set[asyncio.Task[None]] = set()

    async def get(self) -> aiormq.Connection:
        """The connection, alive as far as one can know.

        Raises:
            BusUnavailableError: it cannot be had now.
            RefusedByBrokerError: it cannot be had until somebody changes the configuration.
            ConfigurationError: a queue there is not as it must be.
        """
        async with self._lock:
            connection = self._connection
            if connection is not None and connection.is_opened:
                return connection
            if connection is not None:
                self.drop(connection)
            opened = await self._connect(self.name)
            try:
                await self._prepare(opened)
            except BaseException:
                self._close_soon(opened)
                raise
            if self._lost:
                log.info("rabbitmq is back", link=self.name)
            self._connection, self._lost = opened, False
            return opened

    async def get_or_wait_for_a_person(self) -> aiormq.Connection:
        """As ``get``, for a process that runs: a refusal may end as it began, so it only waits."""
        try:
            return await self.get()
        except RefusedByBrokerError as error:
            raise BusUnavailableError(error.message) from error

    @asynccontextmanager
    async def asking(self, what: str) -> AsyncIterator[AbstractChannel]:
        """A channel for a question or two, which the broker must answer in time.

        Raises:
            BusUnavailableError: it did not ``what``; the connection is given up.
        """
        connection = await self.get_or_wait_for_a_person()
        channel: AbstractChannel | None = None
        try:
            async with bounded(self._limit_s, what):
                channel = await connection.channel(publisher_confirms=False)
                yield channel
        except BusUnavailableError:
            self.drop(connection)
            raise
        finally:
            if channel is not None and connection.is_opened:
                with suppress(BusUnavailableError):
                    async with bounded(_CLOSE_S, "close a channel"):
                        await channel.close()

    def drop(self, connection: aiormq.Connection) -> None:
        """It is of no use any more; the next caller gets a new one."""
        if self._connection is connection:
            self._connection, self._lost = None, True
            log.warning("rabbitmq connection lost", link=self.name)
        self._close_soon(connection)

    async def close(self) -> None:
        """Close it, politely for a moment."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._close_soon(connection)
        if self._closing:
            await asyncio.wait(self._closing)

    def _close_soon(self, connection: aiormq.Connection) -> None:
        task = asyncio.create_task(_close(connection), name=f"close {self.name}")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _close(connection: aiormq.Connection) -> None:
    with suppress(BusUnavailableError):
        async with bounded(_CLOSE_S, "close the connection"):
            await connection.close()
