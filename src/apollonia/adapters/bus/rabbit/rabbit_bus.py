"""The distributed bus: RabbitMQ's quorum queues."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import aiormq
from aiormq.exceptions import ChannelNotFoundEntity

from apollonia.adapters.bus.rabbit.address import Address, TlsFiles
from apollonia.adapters.bus.rabbit.bounded import bounded
from apollonia.adapters.bus.rabbit.connecting import connect
from apollonia.adapters.bus.rabbit.declaring import declare_all
from apollonia.adapters.bus.rabbit.ladder import Ladder
from apollonia.adapters.bus.rabbit.link import Link
from apollonia.adapters.bus.rabbit.options import RabbitOptions
from apollonia.adapters.bus.rabbit.publisher import Publisher, Target
from apollonia.adapters.bus.rabbit.rabbit_consumer import RabbitConsumer
from apollonia.adapters.bus.rabbit.wire import properties_of
from apollonia.errors import NotFoundError
from apollonia.messages import Topology
from apollonia.ports.bus import Message


class RabbitBus:
    """A ``Bus`` over two connections, so that publishing that must wait holds up no consumer.

    Both are opened when first needed and again after they were lost; each new one declares
    everything that was declared here.
    """

    def __init__(
        self,
        url: str,
        *,
        tls: TlsFiles | None = None,
        options: RabbitOptions | None = None,
        name: str = "apollonia",
    ) -> None:
        self._address = Address.parse(url)
        self._tls = tls or TlsFiles()
        self._options = options or RabbitOptions()
        self._topologies: list[Topology] = []
        self._kinds: dict[str, str] = {}
        self._publishing = self._link(f"{name} publish")
        self._consuming = self._link(f"{name} consume")
        self._publisher = Publisher(self._publishing, self._options)
        self._ladder = Ladder(self._publishing, self._options)
        self._consumers: set[RabbitConsumer] = set()
        self._leaving: set[asyncio.Task[None]] = set()

    async def declare(self, topology: Topology) -> None:
        """Make exchanges, queues and bindings.

        Raises:
            ConfigurationError: something is there with other properties; or user, password,
                virtual host or certificates are refused.
        """
        connection = await self._publishing.get()
        if topology not in self._topologies:
            async with bounded(self._options.timeout_s, "declare queues"):
                await declare_all(connection, [topology])
            self._topologies.append(topology)
            self._kinds |= {exchange.name: exchange.kind for exchange in topology.exchanges}

    async def publish(
        self, exchange: str, messages: Sequence[Message], routing_key: str = ""
    ) -> None:
        """Return when every bound queue has each of them, on most of its nodes' disks."""
        if not messages:
            return
        if exchange not in self._kinds:
            await self._require_exchange(exchange)
        letters = [(message.body, properties_of(message)) for message in messages]
        mandatory = self._kinds.get(exchange) != "fanout"
        await self._publisher.publish(letters, Target(exchange, routing_key, mandatory))

    @asynccontextmanager
    async def consume(self, queue: str) -> AsyncIterator[RabbitConsumer]:
        """A consumer; leaving returns what it holds."""
        await self._ready_messages(queue)
        consumer = RabbitConsumer(
            queue,
            link=self._consuming,
            publisher=self._publisher,
            ladder=self._ladder,
            options=self._options,
        )
        self._consumers.add(consumer)
        try:
            yield consumer
        finally:
            self._consumers.discard(consumer)
            leaving = asyncio.create_task(consumer.leave(), name=f"leave {queue}")
            self._leaving.add(leaving)  # cancelled or not: what it holds must not stay with us
            leaving.add_done_callback(self._leaving.discard)
            await asyncio.shield(leaving)

    async def depth(self, queue: str) -> int:
        """What waits there and what this process holds of it.

        The protocol tells neither what other processes hold nor what waits for a delayed retry.
        """
        ready = await self._ready_messages(queue)
        return ready + sum(each.held for each in self._consumers if each.queue == queue)

    async def ping(self) -> None:
        """Raise ``BusUnavailableError`` unless the broker answers, and takes messages."""
        async with self._publishing.asking("answer") as channel:
            await channel.basic_qos(prefetch_count=1)

    async def close(self) -> None:
        """Close both connections."""
        if self._leaving:
            await asyncio.wait(self._leaving)
        await self._consuming.close()
        await self._publishing.close()

    def _link(self, name: str) -> Link:
        return Link(
            name, connect=self._connect, prepare=self._prepare, limit_s=self._options.timeout_s
        )

    async def _connect(self, name: str) -> aiormq.Connection:
        return await connect(
            self._address,
            self._tls,
            name=name,
            heartbeat_s=self._options.heartbeat_s,
            limit_s=self._options.timeout_s,
        )

    async def _prepare(self, connection: aiormq.Connection) -> None:
        if self._topologies:
            async with bounded(self._options.timeout_s, "declare queues"):
                await declare_all(connection, self._topologies)

    async def _ready_messages(self, queue: str) -> int:
        async with self._consuming.asking(f"look at {queue}") as channel:
            try:
                found = await channel.queue_declare(queue=queue, passive=True)
            except ChannelNotFoundEntity as error:
                raise NotFoundError(f"queue {queue!r} was never declared") from error
        return int(found.message_count or 0)

    async def _require_exchange(self, exchange: str) -> None:
        async with self._publishing.asking(f"look at {exchange}") as channel:
            try:
                await channel.exchange_declare(exchange=exchange, passive=True)
            except ChannelNotFoundEntity as error:
                raise NotFoundError(f"exchange {exchange!r} was never declared") from error
