"""Hints of one root, gathered per folder until it is worth looking."""

import asyncio
import heapq
from dataclasses import dataclass, field

from apollonia.domain.paths import folder_of, name_of
from apollonia.ingest.reconcile.asks import Ask, Named, Ready
from apollonia.ingest.watch.due import first_of, take_due
from apollonia.ports.clock import Clock

_REST_FACTOR = 4.0  # a folder rests four times as long as listing it took …
_REST_LIMIT_S = 0.5  # … so that a burst into a large folder costs a fifth of one core at most
_RESTS_KEPT = 1024
_NAMES_LIMIT = 50_000


@dataclass(slots=True)
class _Pending:
    due: float
    names: dict[bytes, Named] = field(default_factory=dict)


class Hints:
    """Names to look at, by folder. A folder is due when its most urgent hint is."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pending: dict[bytes, _Pending] = {}
        self._heap: list[tuple[float, bytes]] = []
        self._rests: dict[bytes, float] = {}
        self._changed = asyncio.Event()
        self._names = 0

    def name(
        self,
        path: bytes,
        ready: Ready = Ready.UNSURE,
        *,
        delay: float = 0.0,
        moved_from: bytes | None = None,
        only_renamed: bool = False,
    ) -> None:
        """Look at this name, ``delay`` seconds from now.

        A second hint for it is one more thing that happened to it.
        """
        pending = self._pending_of(folder_of(path), delay)
        before = len(pending.names)
        named = pending.names.setdefault(name_of(path), Named(ready))
        is_first = len(pending.names) > before
        self._names += is_first
        named.only_renamed = only_renamed and is_first
        named.ready = max(named.ready, ready)
        named.moved_from = moved_from or named.moved_from
        named.before = self._clock.monotonic() + delay

    def drop(self, path: bytes) -> Named | None:
        """Forget the hint for one name; returns it where there was one."""
        pending = self._pending.get(folder_of(path))
        dropped = None if pending is None else pending.names.pop(name_of(path), None)
        self._names -= dropped is not None
        return dropped

    def has_closed(self, path: bytes) -> bool:
        """Whether a closed file waits to be looked at under this name."""
        pending = self._pending.get(folder_of(path))
        named = pending.names.get(name_of(path)) if pending else None
        return named is not None and named.ready is Ready.CLOSED

    def has(self, path: bytes) -> bool:
        """Whether anything waits to be looked at under this name."""
        pending = self._pending.get(folder_of(path))
        return pending is not None and name_of(path) in pending.names

    def __len__(self) -> int:
        """How many names wait."""
        return self._names

    @property
    def is_full(self) -> bool:
        """Whether more names wait than are worth remembering: a scan finds them as well."""
        return self._names >= _NAMES_LIMIT

    def clear(self) -> None:
        """Forget everything: a scan will see it."""
        self._pending.clear()
        self._heap.clear()
        self._names = 0

    async def take(self, limit: int) -> list[Ask]:
        """The folders that are due, at least one; waits for it."""
        return await take_due(
            self._pop_due,
            limit,
            moment=lambda: first_of(self._heap),
            changed=self._changed,
            clock=self._clock,
        )

    def looked(self, folders: list[bytes], seconds: float) -> None:
        """Listing these folders took so long: let them rest in proportion.

        Without what came after it: while readers are busy, more is heard of, not less.
        """
        rest = min(_REST_LIMIT_S, seconds * _REST_FACTOR)
        now = self._clock.monotonic()
        if len(self._rests) > _RESTS_KEPT:
            self._rests = {folder: end for folder, end in self._rests.items() if end > now}
        for folder in folders:
            end = self._rests[folder] = now + rest
            pending = self._pending.get(folder)
            if pending is not None and pending.due < end:
                pending.due = end
                heapq.heappush(self._heap, (end, folder))

    def _pending_of(self, folder: bytes, delay: float) -> _Pending:
        now = self._clock.monotonic()
        due = max(now + delay, self._rests.get(folder, 0.0))
        pending = self._pending.get(folder)
        if pending is None:
            pending = self._pending[folder] = _Pending(due)
        elif due >= pending.due:
            return pending
        pending.due = due
        heapq.heappush(self._heap, (due, folder))
        self._changed.set()
        return pending

    def _pop_due(self) -> Ask | None:
        now = self._clock.monotonic()
        while self._heap and self._heap[0][0] <= now:
            due, folder = heapq.heappop(self._heap)
            pending = self._pending.get(folder)
            if pending is None or pending.due != due:
                continue  # taken already, or it became due earlier
            del self._pending[folder]
            ripe = self._ripe(folder, pending, now)
            self._names -= len(ripe)
            if ripe:
                return Ask(folder, ripe)
        return None

    def _ripe(self, folder: bytes, pending: _Pending, now: float) -> dict[bytes, Named]:
        """The names whose time has come; the others wait on."""
        early = {name: named for name, named in pending.names.items() if named.before > now}
        if not early:
            return pending.names
        due = min(named.before for named in early.values())
        due = max(due, self._rests.get(folder, 0.0))
        self._pending[folder] = _Pending(due, early)
        heapq.heappush(self._heap, (due, folder))
        return {name: named for name, named in pending.names.items() if name not in early}
