"""Time that only moves when a test says so."""

import asyncio
import heapq
from itertools import count

_START_MICROS = 1_704_110_400_000_000  # 2024-01-01T12:00:00Z


class ManualClock:
    """A ``Clock`` moved by hand; ``sleep`` ends when ``advance`` has passed its end."""

    def __init__(self, now_micros: int = _START_MICROS) -> None:
        self._now_micros = now_micros
        self._elapsed = 0.0
        self._order = count()
        self._sleepers: list[tuple[float, int, asyncio.Event]] = []

    @property
    def sleeping(self) -> int:
        """How many tasks wait for time to pass."""
        return sum(not event.is_set() for _, _, event in self._sleepers)

    def now_micros(self) -> int:
        """Wall time as far as it was moved."""
        return self._now_micros

    def monotonic(self) -> float:
        """Seconds moved so far."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was moved so far; gives way to other tasks in any case."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        event = asyncio.Event()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), event))
        try:
            await event.wait()
        finally:
            event.set()

    def set_wall(self, now_micros: int) -> None:
        """Set the wall clock, backwards too; wakes nobody."""
        self._now_micros = now_micros

    async def advance(self, seconds: float) -> None:
        """Move both clocks, wake whose time has come in order, and let them run."""
        end = self._elapsed + seconds
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, event = heapq.heappop(self._sleepers)
            self._move_to(max(due, self._elapsed))
            event.set()
            await _let_others_run()
        self._move_to(end)
        await _let_others_run()

    def _move_to(self, elapsed: float) -> None:
        self._now_micros += round((elapsed - self._elapsed) * 1_000_000)
        self._elapsed = elapsed


async def _let_others_run() -> None:
    for _ in range(10):
        await asyncio.sleep(0)
