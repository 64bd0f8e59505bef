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
            await let_others_run()
        self._move_to(end)
        await let_others_run()

    def _move_to(self, elapsed: float) -> None:
        self._now_micros += round((elapsed - self._elapsed) * 1_000_000)
        self._elapsed = elapsed


async def let_others_run(rounds: int = 10) -> None:
    """Give all tasks their turn, so many times at most; fewer once no task can go on."""
    ready = getattr(asyncio.get_running_loop(), "_ready", None)  # not asked of other loops
    rest = 0
    for _ in range(rounds):
        await asyncio.sleep(0)
        rest = 0 if ready is None or ready else rest + 1
        if rest > 1:  # what a file descriptor or a thread brought is seen after one more round
            return
