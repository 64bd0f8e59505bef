"""Waiting longer after each failure, never all at the same moment."""

import random

from apollonia.ports.clock import Clock


class Backoff:
    """Doubles from ``first`` to ``limit`` seconds, each wait shortened by up to a half."""

    def __init__(self, clock: Clock, first: float = 0.25, limit: float = 15.0) -> None:
        self._clock = clock
        self._next = first
        self._limit = limit
        self.waited = False

    async def wait(self) -> None:
        """Sleep; the next wait is longer."""
        self.waited = True
        share = random.uniform(0.5, 1.0)  # noqa: S311 - jitter, no secret
        await self._clock.sleep(self._next * share)
        self._next = min(self._limit, self._next * 2)
