"""The message runner: batch = one transaction, then its acknowledgement."""

import asyncio
from collections.abc import Sequence

from apollonia.errors import Unavailable
from apollonia.observe.logs import get_logger
from apollonia.observe.metrics import Metrics
from apollonia.ports.bus import Bus, Consumer, Delivery
from apollonia.ports.clock import Clock
from apollonia.work.backoff import Backoff
from apollonia.work.collect import collect, portions
from apollonia.work.job import Job, RunnerOptions
from apollonia.work.pause import until_stopped
from apollonia.work.settle import Settler

log = get_logger(__name__)


class Runner[S]:
    """A ``Service`` over one queue.

    While something is away it holds nothing and waits, however long that lasts; no message is
    blamed for it. At stop it finishes the batch in hand within ``drain_s`` and returns the rest.
    """

    def __init__(
        self,
        *,
        job: Job[S],
        bus: Bus,
        clock: Clock,
        metrics: Metrics,
        options: RunnerOptions | None = None,
    ) -> None:
        self.name = f"runner {job.queue}"
        self._job = job
        self._bus = bus
        self._clock = clock
        self._options = options or RunnerOptions()
        self._backoff = Backoff()
        self._waits = False
        self._settler = Settler(
            job=job, bus=bus, clock=clock, metrics=metrics, options=self._options
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop``."""
        while not stop.is_set():
            try:
                await self._consume(stop)
            except Unavailable as error:
                if not self._waits:
                    log.warning("runner waits", queue=self._job.queue, error=error.message)
                self._waits = True
                await until_stopped(stop, self._clock.sleep(self._backoff.next()))

    async def _consume(self, stop: asyncio.Event) -> None:
        async with self._bus.consume(self._job.queue) as consumer:
            while not stop.is_set():
                taking = collect(consumer, self._options.batch, self._options.linger_s)
                batch = await until_stopped(stop, taking)
                for part in portions(batch or (), self._options.batch_bytes):
                    working = self._work_on(consumer, part)
                    await until_stopped(stop, working, self._options.drain_s)
                    if stop.is_set():
                        break  # what is left goes back to the queue

    async def _work_on(self, consumer: Consumer, batch: Sequence[Delivery]) -> None:
        await self._settler.settle(consumer, batch)
        self._backoff.reset()
        if self._waits:
            self._waits = False
            log.info("runner goes on", queue=self._job.queue)
