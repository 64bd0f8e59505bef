"""Waiting until nobody writes a file any more."""

import asyncio
import heapq
import os
import stat as modes
from dataclasses import dataclass
from itertools import islice

from apollonia.errors import FilesUnavailableError
from apollonia.ingest.options import IngestOptions
from apollonia.ingest.reconcile.asks import Ready
from apollonia.ingest.root.watched_root import WatchedRoot
from apollonia.ports.clock import Clock
from apollonia.ports.file_system import FileSystem
from apollonia.work.pause import wait_for

_LIMIT = 20_000
_CHUNK = 500
_NS = 1_000_000_000


@dataclass(slots=True)
class _Waiting:
    root: WatchedRoot
    since: float
    due: float
    closing: bool
    opened: bool
    stat: os.stat_result | None = None


class Settle:
    """Files that may still be written to. One that is quiet for the settle time becomes a hint.

    A file that is closed again and again is let through after the settle limit all the same; one
    that somebody keeps open and keeps writing waits as long as that takes. One that was seen to be
    made, and not to be closed, is quiet only after the settle limit: its writer may go on.
    """

    def __init__(self, files: FileSystem, clock: Clock, options: IngestOptions) -> None:
        self._files = files
        self._clock = clock
        self._options = options
        self._waiting: dict[bytes, _Waiting] = {}
        self._heap: list[tuple[float, bytes]] = []
        self._due: dict[int, dict[bytes, _Waiting]] = {}
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        """How many files wait."""
        return len(self._waiting)

    def arm(
        self, root: WatchedRoot, path: bytes, *, closing: bool = False, opened: bool = False
    ) -> bool:
        """Wait for quiet, from now on.

        ``closing``: because it was closed repeatedly. ``opened``: it was made just now, most likely
        by a writer who has it open.

        ``False``: too many wait already; the caller sees to it that the file is found later.
        """
        now = self._clock.monotonic()
        waiting = self._waiting.get(path)
        if waiting is None:
            if len(self._waiting) >= _LIMIT:
                return False
            waiting = self._waiting[path] = _Waiting(root, now, 0.0, closing, opened)
        elif waiting.closing and now - waiting.since > self._options.settle_limit_s:
            return True  # let it through at its time
        waiting.closing = waiting.closing or closing
        waiting.opened = (waiting.opened or opened) and not closing
        self._set_due(path, waiting, now + self._options.settle_s)
        return True

    def disarm(self, path: bytes) -> None:
        """It is complete, or gone."""
        self._waiting.pop(path, None)

    def is_closing(self, path: bytes) -> bool:
        """Whether it waits because it was closed repeatedly."""
        waiting = self._waiting.get(path)
        return waiting is not None and waiting.closing

    def waits(self, path: bytes) -> bool:
        """Whether it waits for quiet at all."""
        return path in self._waiting

    def is_open(self, path: bytes) -> bool:
        """Whether it waits for the writer who made it."""
        waiting = self._waiting.get(path)
        return waiting is not None and waiting.opened

    def forget(self, root: WatchedRoot) -> None:
        """The root is not ours any more."""
        for path in [path for path, item in self._waiting.items() if item.root is root]:
            del self._waiting[path]

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                due = self._pop_due()
                if due:
                    self._hand_out(due, tasks)
                    continue
                self._changed.clear()
                if self._heap:
                    wait = max(0.0, self._heap[0][0] - self._clock.monotonic())
                    await wait_for(self._changed, self._clock, wait)
                else:
                    await self._changed.wait()

    def _set_due(self, path: bytes, waiting: _Waiting, due: float) -> None:
        waiting.due = due
        heapq.heappush(self._heap, (due, path))
        self._changed.set()

    def _pop_due(self) -> dict[bytes, _Waiting]:
        now = self._clock.monotonic()
        due: dict[bytes, _Waiting] = {}
        while self._heap and self._heap[0][0] <= now and len(due) < _CHUNK:
            moment, path = heapq.heappop(self._heap)
            waiting = self._waiting.get(path)
            if waiting is not None and waiting.due == moment:
                due[path] = waiting
        return due

    def _hand_out(self, due: dict[bytes, _Waiting], tasks: asyncio.TaskGroup) -> None:
        """One task for each root: a disk that hangs holds up only its own files."""
        for path, waiting in due.items():
            key = id(waiting.root)
            if key not in self._due:
                self._due[key] = {}
                tasks.create_task(self._check(waiting.root))
            self._due[key][path] = waiting

    async def _check(self, root: WatchedRoot) -> None:
        """Until nothing of this root is due."""
        loop, due = asyncio.get_running_loop(), self._due[id(root)]
        try:
            while due:
                some = {path: due.pop(path) for path in list(islice(due, _CHUNK))}
                stats = await loop.run_in_executor(root.disk, self._stats, root.path, list(some))
                for path, stat in stats.items():
                    if self._waiting.get(path) is some[path]:
                        self._decide(path, some[path], stat)
        finally:
            del self._due[id(root)]

    def _stats(self, top: bytes, paths: list[bytes]) -> dict[bytes, os.stat_result | None]:
        found: dict[bytes, os.stat_result | None] = {}
        for path in paths:
            try:
                found[path] = self._files.stat(path, top=top)
            except FilesUnavailableError:
                found[path] = None
        return found

    def _decide(self, path: bytes, waiting: _Waiting, stat: os.stat_result | None) -> None:
        if stat is None or self._is_quiet(waiting, stat):
            del self._waiting[path]
            waiting.root.hints.name(path, Ready.UNSURE if stat is None else Ready.SETTLED)
            return
        waiting.stat = stat
        left = self._quiet_s(waiting, stat) - max(0.0, self._age_s(stat))
        self._set_due(path, waiting, self._clock.monotonic() + max(left, self._options.burst_s))

    def _is_quiet(self, waiting: _Waiting, stat: os.stat_result) -> bool:
        """Untouched for long enough by its own times, or (clocks differ) the same as before."""
        limit = self._options.settle_limit_s
        if waiting.closing and self._clock.monotonic() - waiting.since > limit:
            return True
        age = self._age_s(stat)
        if age >= 0:
            return age >= self._quiet_s(waiting, stat)
        before = waiting.stat
        return before is not None and (before.st_size, before.st_mtime_ns, before.st_ctime_ns) == (
            stat.st_size,
            stat.st_mtime_ns,
            stat.st_ctime_ns,
        )

    def _quiet_s(self, waiting: _Waiting, stat: os.stat_result) -> float:
        """How long nothing must happen to it.

        What last happened to a file that was linked here, or whose rights were set, was no writing:
        its time of change is another than that of its content. Nobody needs to have it open.
        """
        is_open = waiting.opened and modes.S_ISREG(stat.st_mode) and stat.st_nlink == 1
        if is_open and stat.st_mtime_ns == stat.st_ctime_ns:
            return max(self._options.settle_s, self._options.settle_limit_s)
        return self._options.settle_s

    def _age_s(self, stat: os.stat_result) -> float:
        """Negative where the disk's clock is ahead of ours."""
        return (self._clock.now_micros() * 1000 - stat.st_ctime_ns) / _NS
