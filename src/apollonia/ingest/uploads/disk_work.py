"""Blocking work on the disks of roots, which may hang: waited for, but not for ever."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event
from typing import Any

from apollonia.ports.clock import Clock

_THREADS = 4


class StalledError(Exception):
    """The disk does not answer; what was begun goes on whenever it does."""


class DiskWork:
    """Work by name, in threads of its own: what hangs keeps its thread, and only its own name."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="apollonia-upload")
        self._stalled: dict[str, asyncio.Future[Any]] = {}

    async def run[T](self, name: str, work: Callable[[Event], T], limit_s: float) -> T:
        """What ``work`` gives; it MUST end soon once the event it is given is set.

        Cancelled, it sets the event and leaves the work behind.

        Raises:
            StalledError: it takes longer than ``limit_s``, or the same name's last work still does.
        """
        before = self._stalled.get(name)
        if (before is not None and not before.done()) or len(self._running()) >= _THREADS:
            raise StalledError
        self._stalled.pop(name, None)
        stop = Event()
        future = asyncio.get_running_loop().run_in_executor(self._threads, work, stop)
        timer = asyncio.ensure_future(self._clock.sleep(limit_s))
        try:
            await asyncio.wait((future, timer), return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.set()
            timer.cancel()
            if not future.done():
                self._stalled[name] = future
                future.add_done_callback(_looked_at)
        if not future.done():
            raise StalledError
        return future.result()

    async def close(self, limit_s: float) -> None:
        """Wait a little for what still runs; nothing more is taken."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        running = self._running()
        if running:
            await asyncio.wait(running, timeout=limit_s)

    def _running(self) -> list["asyncio.Future[Any]"]:
        return [future for future in self._stalled.values() if not future.done()]


def _looked_at(future: "asyncio.Future[Any]") -> None:
    """Nobody waits any more: the next try finds by the journal what came of it."""
    with suppress(asyncio.CancelledError):
        future.exception()
