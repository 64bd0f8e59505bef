"""Runs services together: started in order, stopped in reverse, all in one task group."""

import asyncio
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from apollonia.observe.logs import get_logger
from apollonia.work.service import Service

GRACE_S = 4.5

log = get_logger(__name__)


@dataclass(slots=True)
class _Running:
    service: Service
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Runtime:
    """The services of one process.

    ``run`` returns after a clean stop (SIGINT, SIGTERM, ``request_stop``) and raises what a service
    raised. A second signal stops at once: every service is safe to cancel.
    """

    def __init__(self, services: Sequence[Service], *, grace: float = GRACE_S) -> None:
        self._running = [_Running(service) for service in services]
        self._grace = grace
        self._stop = asyncio.Event()
        self._signals = 0

    def request_stop(self) -> None:
        """Begin the orderly stop; calling again hurries it."""
        self._signals += 1
        self._stop.set()
        if self._signals > 1:
            self._cancel_all()

    async def run(self) -> None:
        """Run until stopped. Raises the first error of a service, after stopping the others."""
        try:
            with self._signal_handlers():
                async with asyncio.TaskGroup() as group:
                    for running in self._running:
                        running.task = group.create_task(
                            self._watch(running), name=running.service.name
                        )
                    group.create_task(self._stop_in_reverse(), name="stop")
        except BaseExceptionGroup as errors:
            raise _first(errors) from None

    async def _watch(self, running: _Running) -> None:
        await running.service.run(running.stop)
        if not running.stop.is_set():
            raise RuntimeError(f"service {running.service.name} ended by itself")

    async def _stop_in_reverse(self) -> None:
        await self._stop.wait()
        deadline = asyncio.get_running_loop().time() + self._grace
        for running in reversed(self._running):
            running.stop.set()
            if running.task is None:
                continue
            left = max(0.05, deadline - asyncio.get_running_loop().time())
            _done, pending = await asyncio.wait({running.task}, timeout=left)
            if pending:
                log.warning("service did not stop in time", service=running.service.name)
                running.task.cancel()

    def _cancel_all(self) -> None:
        for running in self._running:
            running.stop.set()
            if running.task is not None:
                running.task.cancel()

    @contextmanager
    def _signal_handlers(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        caught = {}
        for number in (signal.SIGINT, signal.SIGTERM):
            before = signal.getsignal(number)
            try:
                loop.add_signal_handler(number, self.request_stop)
            except (NotImplementedError, RuntimeError):  # not on this platform or thread
                continue
            caught[number] = before
        try:
            yield
        finally:
            for number, before in caught.items():
                loop.remove_signal_handler(number)
                signal.signal(number, before)  # what is closed now is not to be broken off


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that ended the run, not those that followed from the cancelling."""
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
