"""A place for one worker process, whatever program it runs."""

import asyncio

from apollonia.media.workers.process import Program, WorkerProcess
from apollonia.observe.logs import get_logger

log = get_logger(__name__)

_DYING_S = 5.0  # a dead disk or mount can hold a process that has been killed


class WorkerSlot:
    """Its worker is started when it is first needed, and replaced when it is lost or old.

    Old is a worker that handled ``recycle_after`` files or keeps more than ``recycle_rss_bytes``.
    """

    def __init__(self, program: Program, *, recycle_after: int, recycle_rss_bytes: int) -> None:
        self._program = program
        self._recycle_after = recycle_after
        self._recycle_rss_bytes = recycle_rss_bytes
        self._worker: WorkerProcess | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    async def worker(self) -> WorkerProcess:
        """The live worker, started where there is none.

        Raises:
            MediaUnavailableError: it cannot be started.
        """
        if self._worker is None:
            worker = await WorkerProcess.start(self._program)
            self._worker = worker
            name, fences = self._program.name, worker.fences
            log.debug("worker started", program=name, pid=worker.pid, fences=fences)
        return self._worker

    def current(self) -> WorkerProcess | None:
        """The live worker, if there is one."""
        return self._worker

    async def discard(self) -> None:
        """Kill the worker and wait until it is gone."""
        self.drop()
        await self.settled()

    def drop(self) -> None:
        """Kill the worker at once; it is waited for in the background."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.kill()
            name = f"reap {self._program.name} {worker.pid}"
            task = asyncio.create_task(worker.reap(), name=name)
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    def drop_if_old(self) -> None:
        """Let it go when it has handled enough, or keeps too much."""
        worker = self._worker
        if worker is not None and (
            worker.handled >= self._recycle_after or worker.rss_bytes > self._recycle_rss_bytes
        ):
            name, handled, rss = self._program.name, worker.handled, worker.rss_bytes
            log.debug("worker recycled", program=name, handled=handled, rss=rss)
            self.drop()

    async def settled(self) -> None:
        """Every worker that was killed here is gone, or hangs where no signal reaches it."""
        if self._leaving:
            _, stuck = await asyncio.wait(set(self._leaving), timeout=_DYING_S)
            if stuck:
                name, count = self._program.name, len(stuck)
                log.error(
                    "workers hang in the kernel: check disks and mounts", program=name, count=count
                )
