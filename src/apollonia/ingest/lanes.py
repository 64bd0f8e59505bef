"""The bounded queue in front of the workers: what a person waits for goes first."""

import asyncio
from collections import deque

from apollonia.ingest.candidate import Candidate


class Lanes:
    """Two lines, each at most ``limit`` long: ``urgent`` files overtake those of a scan."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._urgent: deque[Candidate] = deque()
        self._bulk: deque[Candidate] = deque()
        self._came = asyncio.Event()
        self._left = asyncio.Event()

    def __len__(self) -> int:
        """How many wait."""
        return len(self._urgent) + len(self._bulk)

    async def put(self, candidate: Candidate, *, urgent: bool) -> None:
        """Wait for room, then line up."""
        lane = self._urgent if urgent else self._bulk
        while len(lane) >= self._limit:
            self._left.clear()
            await self._left.wait()
        lane.append(candidate)
        self._came.set()

    def put_back(self, candidates: list[Candidate]) -> None:
        """They go first next time."""
        self._urgent.extendleft(reversed(candidates))
        self._came.set()

    async def take(self, count: int, size: int) -> list[Candidate]:
        """At least one, at most ``count``, together about ``size`` bytes to read; waits for it."""
        while not len(self):
            self._came.clear()
            await self._came.wait()
        taken: list[Candidate] = []
        bytes_taken = 0
        while len(self) and len(taken) < count and bytes_taken < size:
            candidate = (self._urgent or self._bulk).popleft()
            taken.append(candidate)
            bytes_taken += candidate.stat.st_size if candidate.needs_hash else 0
        self._left.set()
        return taken
