"""Subtrees of one root that are to be looked at whole."""

import asyncio
import heapq
from itertools import count

from apollonia.ingest.reconcile.asks import Ask
from apollonia.ingest.watch.due import first_of, take_due
from apollonia.ports.clock import Clock

_LIMIT = 20_000


class Trees:
    """Folders that were made, moved or deleted, each waiting at most once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[tuple[bytes, bytes | None], int] = {}
        self._heap: list[tuple[float, int, Ask]] = []
        self._order = count()
        self._changed = asyncio.Event()

    def add(self, folder: bytes, *, delay: float = 0.0, moved_from: bytes | None = None) -> None:
        """Look at everything in and below this folder, or find that it is gone."""
        if (folder, moved_from) in self._waiting:
            return
        number = self._waiting[folder, moved_from] = next(self._order)
        ask = Ask(folder, whole=True, moved_from=moved_from)
        heapq.heappush(self._heap, (self._clock.monotonic() + delay, number, ask))
        self._changed.set()

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @property
    def is_full(self) -> bool:
        """Whether more wait than are worth remembering: a scan finds them as well."""
        return len(self._heap) >= _LIMIT

    def drop(self, folder: bytes) -> None:
        """Forget that this folder was to be looked at."""
        self._waiting.pop((folder, None), None)

    def clear(self) -> None:
        """Forget everything: a scan will see it."""
        self._waiting.clear()
        self._heap.clear()

    async def take(self, limit: int) -> list[Ask]:
        """Those that are due, oldest first, at least one; waits for it."""
        return await take_due(
            self._pop_due,
            limit,
            moment=lambda: first_of(self._heap),
            changed=self._changed,
            clock=self._clock,
        )

    def _pop_due(self) -> Ask | None:
        now = self._clock.monotonic()
        while self._heap and self._heap[0][0] <= now:
            _, number, ask = heapq.heappop(self._heap)
            key = (ask.folder, ask.moved_from)
            if self._waiting.get(key) == number:
                del self._waiting[key]
                return ask
        return None
