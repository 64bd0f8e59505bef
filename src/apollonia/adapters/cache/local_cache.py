"""The embedded cache: in this process' memory."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from apollonia.adapters.cache.entries import Entries, Entry
from apollonia.observe.metrics import Metrics
from apollonia.ports.clock import Clock


@dataclass(slots=True, eq=False)
class _Flight:
    """A value that is being made; ``stale`` when it was invalidated meanwhile."""

    task: asyncio.Task[bytes]
    tags: frozenset[str]
    waiting: int = 0
    stale: bool = False


class LocalCache:
    """A ``Cache`` bounded by ``max_bytes`` and ``max_count``; counters are bounded by count."""

    def __init__(
        self,
        *,
        clock: Clock,
        metrics: Metrics,
        max_bytes: int = 64 << 20,
        max_count: int = 50_000,
    ) -> None:
        self._clock = clock
        self._metrics = metrics
        self._entries = Entries(max_bytes=max_bytes, max_count=max_count)
        self._counters = Entries(max_bytes=max_bytes, max_count=max_count)
        self._flights: dict[str, _Flight] = {}

    async def get(self, key: str) -> bytes | None:
        """The value, or ``None``."""
        value = self._entries.get(key, self._clock.monotonic())
        self._metrics.cache_lookups.labels("miss" if value is None else "hit").inc()
        return value

    async def set(self, key: str, value: bytes, *, ttl: float, tags: Collection[str] = ()) -> None:
        """Keep for at most ``ttl`` seconds."""
        self._keep(key, value, ttl, frozenset(tags))

    async def get_or_make(
        self,
        key: str,
        make: Callable[[], Awaitable[bytes]],
        *,
        ttl: float,
        tags: Collection[str] = (),
    ) -> bytes:
        """The value, made once for all who ask meanwhile; goes on while one of them still waits."""
        found = await self.get(key)
        if found is not None:
            return found
        flight = self._flights.get(key)
        if flight is None or flight.stale:
            flight = self._start(key, make, ttl, frozenset(tags))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                flight.task.cancel()
                self._land(key, flight)

    async def invalidate(self, *tags: str) -> None:
        """Forget all that carries one of the tags; what is being made is not kept."""
        self._entries.drop_tags(tags)
        for flight in self._flights.values():
            if not flight.tags.isdisjoint(tags):
                flight.stale = True

    async def increment(self, key: str, *, ttl: float) -> int:
        """Count one more; the first count starts the ``ttl``."""
        now = self._clock.monotonic()
        before = self._counters.get(key, now)
        number = 1 if before is None else int(before) + 1
        ends = now + ttl if before is None else self._counters.ends(key)
        self._counters.put(key, Entry(str(number).encode(), ends, frozenset()))
        return number

    async def ping(self) -> None:
        """Always there."""

    async def close(self) -> None:
        """End what is being made."""
        for flight in tuple(self._flights.values()):
            flight.task.cancel()
        self._flights.clear()

    def _start(
        self, key: str, make: Callable[[], Awaitable[bytes]], ttl: float, tags: frozenset[str]
    ) -> _Flight:
        async def work() -> bytes:
            value = await make()
            if self._flights.get(key) is flight and not flight.stale:
                self._keep(key, value, ttl, tags)
            return value

        flight = _Flight(asyncio.create_task(work(), name="cache make"), tags)
        self._flights[key] = flight
        flight.task.add_done_callback(lambda _: self._land(key, flight))
        return flight

    def _land(self, key: str, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
        if flight.task.done() and not flight.task.cancelled():
            flight.task.exception()  # seen, even when nobody waits any more

    def _keep(self, key: str, value: bytes, ttl: float, tags: frozenset[str]) -> None:
        if ttl > 0:
            self._entries.put(key, Entry(value, self._clock.monotonic() + ttl, tags))
        else:
            self._entries.drop(key)
