"""The bounded queues in front of the workers: what a person waits for goes first."""

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

from apollonia.ingest.flow.candidate import Candidate
from apollonia.ingest.flow.widths import Widths
from apollonia.ports.file_system import Storage


class _Lane:
    """What waits for one device: two lines, and how many readers are at it."""

    def __init__(self, storage: Storage, width: int) -> None:
        self.width = width
        self.is_slow = storage.is_slow
        self.urgent: deque[Candidate] = deque()
        self.bulk: deque[Candidate] = deque()
        self.reading = 0
        self.turn = 0

    def __len__(self) -> int:
        return len(self.urgent) + len(self.bulk)

    @property
    def rank(self) -> tuple[bool, int, int]:
        """The least goes first: somebody waits, few readers are at it, long since its turn."""
        return not self.urgent, self.reading, self.turn


class Load(NamedTuple):
    """What one reader reads at once, of one device."""

    lane: _Lane
    candidates: Sequence[Candidate]


class Lanes:
    """A lane for each device: who waits for room in one holds up no other.

    Each has two lines, at most ``limit`` long: ``urgent`` files overtake those of a scan.

    Files of a paused root are set aside, so that they hold up no other one's: as many as there are
    room and looks under way.
    """

    def __init__(self, limit: int, widths: Widths) -> None:
        self._limit = limit
        self._widths = widths
        self._lanes: dict[str, _Lane] = {}
        self._aside: list[Candidate] = []
        self._turns = count(1)
        self._has_fast = False
        self._came = asyncio.Event()
        self._left = asyncio.Event()

    def __len__(self) -> int:
        """How many wait."""
        return sum(len(lane) for lane in self._lanes.values())

    async def put(self, candidate: Candidate, *, urgent: bool) -> None:
        """Wait for room, then line up."""
        lane = self._lane_of(candidate)
        line = lane.urgent if urgent else lane.bulk
        while len(line) >= self._limit:
            self._left.clear()
            await self._left.wait()
        line.append(candidate)
        self._came.set()

    async def take(self, count: int, size: int) -> Load:
        """At least one, at most ``count``, together about ``size`` bytes to read; waits for it.

        The caller says ``done`` when they have been read.
        """
        while True:
            lane = self._next()
            if lane is None:
                self._came.clear()
                await self._came.wait()
                continue
            taken = self._pop(lane, count, size)
            self._left.set()
            if taken:
                lane.reading += 1
                lane.turn = next(self._turns)
                return Load(lane, taken)

    def done(self, load: Load) -> None:
        """Its reader is free again."""
        load.lane.reading -= 1
        self._came.set()

    def resume(self) -> None:
        """Those whose root goes on are in line again, first."""
        aside, self._aside = self._aside, []
        for one in reversed(aside):
            if one.root.gate.is_open:
                self._lane_of(one).urgent.appendleft(one)
        self._aside = [one for one in aside if not one.root.gate.is_open]
        self._came.set()

    def _lane_of(self, candidate: Candidate) -> _Lane:
        storage = candidate.root.places.storage_of(candidate.path)
        lane = self._lanes.get(storage.device)
        if lane is None:
            lane = self._lanes[storage.device] = _Lane(storage, self._widths.of(storage))
            self._has_fast = self._has_fast or not lane.is_slow
        return lane

    def _next(self) -> _Lane | None:
        """The lane whose turn it is, of those that wait and may have one more reader."""
        lanes = self._lanes.values()
        slow = sum(lane.reading for lane in lanes if lane.is_slow)
        is_full = self._has_fast and slow >= self._widths.slow
        ready = [
            lane
            for lane in lanes
            if len(lane) and lane.reading < lane.width and not (lane.is_slow and is_full)
        ]
        return min(ready, key=lambda lane: lane.rank, default=None)

    def _pop(self, lane: _Lane, count: int, size: int) -> list[Candidate]:
        taken: list[Candidate] = []
        bytes_taken = 0
        urgent, bulk = lane.urgent, lane.bulk
        while len(taken) < count and bytes_taken < size and (urgent or bulk):
            candidate = (urgent or bulk).popleft()
            if not candidate.root.gate.is_open:
                self._aside.append(candidate)
                continue
            taken.append(candidate)
            bytes_taken += candidate.stat.st_size if candidate.needs_hash else 0
        return taken
