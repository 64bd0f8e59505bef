"""The bounded queue in front of the workers: what a person waits for goes first."""

import asyncio
from collections import deque

from apollonia.ingest.candidate import Candidate


class Lanes:
    """Two lines, each at most ``limit`` long: ``urgent`` files overtake those of a scan.

    Files of a paused root are set aside, so that they hold up no other one's: as many as there are
    room and looks under way.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._urgent: deque[Candidate] = deque()
        self._bulk: deque[Candidate] = deque()
        self._aside: list[Candidate] = []
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
        taken: list[Candidate] = []
        while not taken:
            while not len(self):
                self._came.clear()
                await self._came.wait()
            taken = self._pop(count, size)
            self._left.set()
        return taken

    def resume(self) -> None:
        """Those whose root goes on are in line again, first."""
        aside, self._aside = self._aside, []
        self.put_back([one for one in aside if one.root.gate.is_open])
        self._aside = [one for one in aside if not one.root.gate.is_open]

    def _pop(self, count: int, size: int) -> list[Candidate]:
        taken: list[Candidate] = []
        bytes_taken = 0
        while len(self) and len(taken) < count and bytes_taken < size:
            candidate = (self._urgent or self._bulk).popleft()
            if not candidate.root.gate.is_open:
                self._aside.append(candidate)
                continue
            taken.append(candidate)
            bytes_taken += candidate.stat.st_size if candidate.needs_hash else 0
        return taken
