"""Bulkhead: a slow dependency holds up a bounded number of callers, not all there are."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from apollonia.errors import Unavailable


class Bulkhead:
    """At most ``limit`` calls at once; another ``waiting`` may stand in line, the rest is refused.

    A refusal is the family ``error``: whoever asked too much tries again later.
    """

    def __init__(self, name: str, *, error: type[Unavailable], limit: int, waiting: int) -> None:
        self._name = name
        self._error = error
        self._limit = limit
        self._waiting = waiting
        self._inside = 0
        self._free = asyncio.Semaphore(limit)

    @asynccontextmanager
    async def enter(self) -> AsyncIterator[None]:
        """Around one call. Raises ``Unavailable`` when the line is full."""
        if self._inside >= self._limit + self._waiting:
            raise self._error(f"{self._name} is busy: {self._inside} requests wait for it already")
        self._inside += 1
        try:
            async with self._free:
                yield
        finally:
            self._inside -= 1
