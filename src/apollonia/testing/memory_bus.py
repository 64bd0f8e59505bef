"""A bus in one process' memory, with the promises of the real ones except for surviving a crash."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

from apollonia.errors import BusUnavailableError, NotFoundError
from apollonia.messages import Topology
from apollonia.ports.bus import Delivery, Message
from apollonia.ports.clock import Clock
from apollonia.testing.manual_clock import ManualClock

_POLL_S = 0.01


@dataclass(slots=True)
class _Entry:
    """A message in a queue: free when ``due_micros`` has come and nobody's lease is on it."""

    order: int
    message: Message
    attempts: int = 0
    due_micros: int = 0
    holder: object | None = None
    leased_until: float = 0.0


class _Queue:
    def __init__(self, name: str, clock: Clock, lease_s: float) -> None:
        self.name = name
        self.arrived = asyncio.Event()
        self.entries: dict[int, _Entry] = {}
        self._clock = clock
        self._lease_s = lease_s
        self._order = count()

    def put(self, messages: Sequence[Message]) -> None:
        for message in messages:
            order = next(self._order)
            self.entries[order] = _Entry(order, message)
        self.arrived.set()

    def lease(self, holder: object, limit: int) -> list[Delivery]:
        now, moment = self._clock.now_micros(), self._clock.monotonic()
        free = [
            entry
            for entry in self.entries.values()
            if entry.due_micros <= now and (entry.holder is None or entry.leased_until <= moment)
        ]
        free.sort(key=lambda entry: (entry.due_micros == 0, entry.due_micros, entry.order))
        for entry in free[:limit]:
            entry.holder, entry.leased_until = holder, moment + self._lease_s
        return [Delivery(e.message, self.name, e.attempts, e.order) for e in free[:limit]]

    def held(self, holder: object, deliveries: Sequence[Delivery]) -> list[_Entry]:
        found = (self.entries.get(int(str(delivery.tag))) for delivery in deliveries)
        return [entry for entry in found if entry is not None and entry.holder is holder]

    def forget(self, entries: Iterable[_Entry]) -> None:
        for entry in entries:
            del self.entries[entry.order]

    def give_back(self, entries: Iterable[_Entry], delay: float | None = None) -> None:
        """With a ``delay``, the attempt counts."""
        for entry in entries:
            entry.holder = None
            if delay is not None:
                entry.attempts += 1
                entry.due_micros = self._clock.now_micros() + round(delay * 1_000_000)
        self.arrived.set()


class MemoryBus:
    """A ``Bus`` for tests; set ``away`` to make every call raise ``BusUnavailableError``.

    A consumer that hangs loses its lease after ``lease_s`` of the clock it was given.
    """

    def __init__(self, *, clock: Clock | None = None, lease_s: float = 60.0) -> None:
        self.away = False
        self._clock = clock or ManualClock()
        self._lease_s = lease_s
        self._kinds: dict[str, str] = {}
        self._bindings: dict[tuple[str, str], dict[str, None]] = {}
        self._queues: dict[str, _Queue] = {}

    async def declare(self, topology: Topology) -> None:
        """Make exchanges, queues and bindings."""
        self._check()
        self._kinds |= {exchange.name: exchange.kind for exchange in topology.exchanges}
        for queue in topology.queues:
            made = _Queue(queue.name, self._clock, self._lease_s)
            self._queues.setdefault(queue.name, made)
            for binding in queue.bindings:
                self._bindings.setdefault(binding, {})[queue.name] = None

    async def publish(
        self, exchange: str, messages: Sequence[Message], routing_key: str = ""
    ) -> None:
        """Put all of them in every bound queue."""
        await asyncio.sleep(0)
        self._check()
        for name in self._targets(exchange, routing_key):
            self._queues[name].put(messages)

    @asynccontextmanager
    async def consume(self, queue: str) -> AsyncIterator["MemoryConsumer"]:
        """A consumer; leaving returns what it holds."""
        self._check()
        found = self._queue(queue)
        consumer = MemoryConsumer(found, self._check)
        try:
            yield consumer
        finally:
            found.give_back(entry for entry in found.entries.values() if entry.holder is consumer)

    async def depth(self, queue: str) -> int:
        """Exactly how many messages wait or are held."""
        self._check()
        return len(self._queue(queue).entries)

    async def ping(self) -> None:
        """Raise while ``away``."""
        self._check()

    async def close(self) -> None:
        """Nothing to let go of."""

    def waiting(self, queue: str) -> list[Message]:
        """What a test wants to look at: all messages of the queue in order, held or not."""
        return [entry.message for entry in self._queue(queue).entries.values()]

    def _queue(self, name: str) -> _Queue:
        if name not in self._queues:
            raise NotFoundError(f"queue {name!r} was never declared")
        return self._queues[name]

    def _targets(self, exchange: str, routing_key: str) -> Iterable[str]:
        kind = self._kinds.get(exchange)
        if kind is None:
            raise NotFoundError(f"exchange {exchange!r} was never declared")
        if kind == "fanout":
            bound = [names for (name, _), names in self._bindings.items() if name == exchange]
            return dict.fromkeys(queue for names in bound for queue in names)
        targets = self._bindings.get((exchange, routing_key))
        if not targets:
            raise NotFoundError(f"exchange {exchange!r} has no queue for {routing_key!r}")
        return targets

    def _check(self) -> None:
        if self.away:
            raise BusUnavailableError


class MemoryConsumer:
    """A ``Consumer`` of one queue of a ``MemoryBus``."""

    def __init__(self, queue: _Queue, check: Callable[[], None]) -> None:
        self._queue = queue
        self._check = check

    async def take(self, limit: int, wait: float) -> Sequence[Delivery]:
        """Up to ``limit`` deliveries; ``wait`` is real time, dues and leases are the clock's."""
        loop = asyncio.get_running_loop()
        end = loop.time() + wait
        while True:
            self._check()
            found = self._queue.lease(self, limit)
            left = end - loop.time()
            if found or left <= 0:
                await asyncio.sleep(0)
                return found
            self._queue.arrived.clear()
            try:
                async with asyncio.timeout(min(left, _POLL_S)):
                    await self._queue.arrived.wait()
            except TimeoutError:
                continue

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Forget those that are still ours."""
        self._check()
        self._queue.forget(self._queue.held(self, deliveries))

    async def retry(self, deliveries: Sequence[Delivery], delay: float) -> None:
        """Later, with one attempt more."""
        self._check()
        self._queue.give_back(self._queue.held(self, deliveries), delay)

    async def release(self, deliveries: Sequence[Delivery]) -> None:
        """At once, as it was."""
        self._check()
        self._queue.give_back(self._queue.held(self, deliveries))
