"""Durable messages from exchanges to named queues, handled by competing consumers."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from apollonia.messages import Topology


@dataclass(frozen=True, slots=True)
class Message:
    """A body of the wire contract, with its id, schema (``apollonia.file/1``) and other headers."""

    body: bytes
    message_id: str
    schema: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message in a consumer's hands; ``attempts`` counts the handler's failures so far."""

    message: Message
    queue: str
    attempts: int
    tag: object


class Consumer(Protocol):
    """One competing consumer of one queue. What it took and did not settle returns to the queue."""

    async def take(self, limit: int, wait: float) -> Sequence[Delivery]:
        """Up to ``limit`` deliveries; waits at most ``wait`` seconds for the first one.

        MUST return roughly in the order of publishing; retried messages come later. MAY return
        fewer than are waiting; what still waits comes with the next calls. MAY fetch ahead: then
        messages that were not taken yet wait for this consumer until it leaves.
        """
        ...

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Handled: they never come again. MUST ignore those that were already given to another."""
        ...

    async def retry(self, deliveries: Sequence[Delivery], delay: float) -> None:
        """Come again to this queue only, after ``delay`` seconds or more, ``attempts`` + 1.

        MAY put them behind everything that waits, and MAY cut delays at an hour.
        """
        ...

    async def release(self, deliveries: Sequence[Delivery]) -> None:
        """Give back unhandled (at drain): come again at once, ``attempts`` unchanged."""
        ...


class Bus(Protocol):
    """At-least-once transport.

    MUST keep a published message through a crash once ``publish`` has returned; MUST deliver it at
    least once to each bound queue; MUST return it when its consumer dies. MAY deliver twice or out
    of order, and MAY leave a hanging consumer its messages for half an hour. Raises
    ``BusUnavailableError`` when the transport is away.
    """

    async def declare(self, topology: Topology) -> None:
        """Make exchanges, queues and bindings; idempotent. MUST come before publish and consume."""
        ...

    async def publish(
        self, exchange: str, messages: Sequence[Message], routing_key: str = ""
    ) -> None:
        """Store all of them durably in every bound queue, or raise; a repeat is allowed.

        Raises ``NotFoundError`` for an undeclared exchange or, on a direct exchange, a routing key
        that leads to no queue. A fan-out exchange without queues accepts and drops.
        """
        ...

    def consume(self, queue: str) -> AbstractAsyncContextManager[Consumer]:
        """A consumer of one queue; leaving the context returns what is unsettled."""
        ...

    async def depth(self, queue: str) -> int:
        """How many messages wait in or are leased from the queue; an estimate is enough.

        MAY leave out what other processes hold, and what waits for a delayed retry.
        """
        ...

    async def ping(self) -> None:
        """Raise ``BusUnavailableError`` unless the transport answers."""
        ...

    async def close(self) -> None:
        """Let go of connections and files."""
        ...
