"""What is being made in this process: once for all who ask for it."""

import asyncio
from collections import Counter
from collections.abc import Collection, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple


class Flight(NamedTuple):
    """A value on its way: for whom it may count, and what it carries."""

    task: asyncio.Task[bytes]
    tags: frozenset[str]


class Flights:
    """By key and stamp: who asks after an invalidation has another stamp, and makes it anew."""

    def __init__(self) -> None:
        self._flights: dict[tuple[str, str], Flight] = {}
        self._asking: Counter[str] = Counter()
        self._tasks: dict[str, set[asyncio.Task[bytes]]] = {}

    @contextmanager
    def asked(self, key: str) -> Iterator[None]:
        """While somebody asks for the key; what is made for nobody is given up."""
        self._asking[key] += 1
        try:
            yield
        finally:
            self._asking[key] -= 1
            if not self._asking[key]:
                del self._asking[key]
                self._give_up(key)

    def is_asked(self, key: str) -> bool:
        """Whether anybody still asks for it."""
        return key in self._asking

    def find(self, key: str, stamp: str) -> asyncio.Task[bytes] | None:
        """The task that makes it under this stamp."""
        flight = self._flights.get((key, stamp))
        return flight.task if flight and not flight.task.cancelling() else None

    def start(
        self, key: str, stamp: str, tags: Collection[str], work: Coroutine[Any, Any, bytes]
    ) -> asyncio.Task[bytes]:
        """Begin to make it."""
        task = asyncio.create_task(work, name="cache make")
        self._flights[key, stamp] = Flight(task, frozenset(tags))
        self._tasks.setdefault(key, set()).add(task)
        task.add_done_callback(lambda _: self._land(key, stamp, task))
        return task

    def forget(self, tags: Collection[str]) -> None:
        """Nobody joins what carries one of the tags; who waits for it already gets it."""
        for name, flight in tuple(self._flights.items()):
            if not flight.tags.isdisjoint(tags):
                del self._flights[name]

    async def close(self) -> None:
        """End what is being made."""
        tasks = [task for tasks in self._tasks.values() for task in tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _give_up(self, key: str) -> None:
        for task in self._tasks.get(key, ()):
            task.cancel()

    def _land(self, key: str, stamp: str, task: asyncio.Task[bytes]) -> None:
        flight = self._flights.get((key, stamp))
        if flight is not None and flight.task is task:
            del self._flights[key, stamp]
        tasks = self._tasks[key]
        tasks.discard(task)
        if not tasks:
            del self._tasks[key]
        if not task.cancelled():
            task.exception()  # seen, even when nobody waits any more
