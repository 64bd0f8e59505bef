"""Ingest of all roots of one process."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from apollonia.domain.roots import RootStatus
from apollonia.ingest.engine import Engine
from apollonia.ingest.options import IngestOptions
from apollonia.ingest.ports import IngestPorts
from apollonia.ingest.root.root_ingest import RootIngest
from apollonia.ingest.root.roots import Root
from apollonia.ingest.root.watched_root import disk_thread
from apollonia.observe.logs import get_logger

log = get_logger(__name__)


class IngestService:
    """Scans and watches folders; every file event is durable in the index before it is published.

    ``on_commit`` is called after each commit with events: the publisher's ``wake``.
    """

    name = "ingest"

    def __init__(
        self,
        *,
        roots: Sequence[Root],
        ports: IngestPorts,
        options: IngestOptions,
        on_commit: Callable[[], None],
        new_disk: Callable[[], Executor] = disk_thread,
    ) -> None:
        self._options = options
        self._engine = Engine(ports, options, on_commit, new_disk)
        self._roots = [RootIngest(root, self._engine) for root in roots]

    def statuses(self) -> Sequence[RootStatus]:
        """How far each root is at this moment."""
        return [root.watched.progress.status() for root in self._roots]

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``. What is in hand then is found again by the next start's scan."""
        work = [asyncio.create_task(root.run(), name=f"ingest {root.name}") for root in self._roots]
        work.append(asyncio.create_task(self._engine.settle.run(), name="ingest settle"))
        work.append(asyncio.create_task(self._engine.pipeline.run(), name="ingest pipeline"))
        stopped = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait([*work, stopped], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopped}:
                task.result()  # none of them ends by itself: this raises what went wrong
        finally:
            stopped.cancel()
            for task in work:
                task.cancel()
            await asyncio.wait([stopped, *work], timeout=self._options.stop_grace_s)
            await self._report_stopped()

    async def _report_stopped(self) -> None:
        try:
            async with asyncio.timeout(1.0):
                for root in self._roots:
                    await root.stopped()
        except TimeoutError:
            log.info("roots not reported as stopped: no answer in time")
