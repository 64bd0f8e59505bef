"""Exchanges, queues and bindings as the broker must have them."""

from collections.abc import Iterable, Mapping
from typing import Any

import aiormq
from aiormq.abc import AbstractChannel
from aiormq.exceptions import ChannelAccessRefused, ChannelPreconditionFailed

from apollonia.errors import ConfigurationError
from apollonia.messages import Queue, Topology

DELIVERY_LIMIT = 100

type Arguments = Mapping[str, Any]


def queue_arguments(queue: Queue, topology: Topology) -> Arguments:
    """Durable and replicated, without any length limit.

    What the broker gives up goes to the queue's ``.dead``, where there is one, and stays until it
    is confirmed there ("at-least-once" demands ``reject-publish``, which means nothing without a
    length limit).
    """
    plain = {"x-queue-type": "quorum", "x-delivery-limit": DELIVERY_LIMIT}
    name = topology.dead_queue(queue.name)
    dead = next((other for other in topology.queues if other.name == name), None)
    if dead is None or not dead.bindings:
        return plain
    exchange, key = dead.bindings[0]
    return {**plain, **_dead_letters_to(exchange, key)}


def rung_queue(queue: str, delay_s: float) -> str:
    """The name of the queue where messages of ``queue`` wait so long."""
    return f"{queue}.retry.{delay_s:g}"


def rung_arguments(queue: str, delay_s: float) -> Arguments:
    """A queue whose messages all go back to ``queue`` alone, by the default exchange."""
    return {
        "x-queue-type": "quorum",
        "x-message-ttl": round(delay_s * 1000),
        **_dead_letters_to("", queue),
    }


def _dead_letters_to(exchange: str, key: str) -> Arguments:
    return {
        "x-dead-letter-exchange": exchange,
        "x-dead-letter-routing-key": key,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


async def declare_all(connection: aiormq.Connection, topologies: Iterable[Topology]) -> None:
    """Declare everything; what is there already and fits is left as it is.

    Raises:
        ConfigurationError: something is there with other properties, or we may not declare.
    """
    channel = await connection.channel(publisher_confirms=False)
    for topology in topologies:
        for exchange in topology.exchanges:
            with _Explained("exchange", exchange.name):
                await channel.exchange_declare(
                    exchange=exchange.name, exchange_type=exchange.kind, durable=True
                )
        for queue in topology.queues:
            await declare_queue(channel, queue.name, queue_arguments(queue, topology))
            for name, key in queue.bindings:
                with _Explained("binding of queue", queue.name):
                    await channel.queue_bind(queue=queue.name, exchange=name, routing_key=key)
    await channel.close()


async def declare_queue(channel: AbstractChannel, name: str, arguments: Arguments) -> None:
    """Make one queue, or see that it is as it must be.

    Raises:
        ConfigurationError: it is there with other properties, or we may not declare it.
    """
    with _Explained("queue", name):
        await channel.queue_declare(queue=name, durable=True, arguments=dict(arguments))


class _Explained:
    """Says on which item a declaration failed, and what to do."""

    def __init__(self, what: str, name: str) -> None:
        self._item = f"{what} {name!r}"

    def __enter__(self) -> None: ...

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, ChannelPreconditionFailed):
            raise ConfigurationError(
                f"RabbitMQ has the {self._item} with other properties ({error}): let its messages"
                f" be consumed, delete it there, and start again; or give APOLLONIA_BUS__URL a"
                f" virtual host of its own. docs/rabbitmq.md says how"
            ) from error
        if isinstance(error, ChannelAccessRefused):
            raise ConfigurationError(
                f"RabbitMQ does not let us declare the {self._item} ({error}): give the user"
                f" configure, write and read rights on `^(apollonia|amq\\.default).*`"
            ) from error
