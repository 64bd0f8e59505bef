"""The outbox on its way to the bus: in order, and gone only once the bus has confirmed."""

import asyncio
from contextlib import suppress

from apollonia.errors import ApolloniaError
from apollonia.messages import FILES
from apollonia.observe.logs import get_logger
from apollonia.observe.metrics import Metrics
from apollonia.ports.bus import Bus
from apollonia.ports.clock import Clock
from apollonia.ports.index import Index
from apollonia.work.backoff import Backoff
from apollonia.work.pause import wait_for

log = get_logger(__name__)

_BATCH = 500
_IDLE_S = 30.0  # who commits wakes us: this is for what nobody told
_PUBLISH_LIMIT_S = 60.0
_DRAIN_LIMIT_S = 3.0


class Publisher:
    """Publishes what ingest has committed; woken by ``wake``, and looks by itself now and then."""

    name = "publisher"

    def __init__(self, *, index: Index, bus: Bus, clock: Clock, metrics: Metrics) -> None:
        self._index = index
        self._bus = bus
        self._clock = clock
        self._metrics = metrics
        self._woken = asyncio.Event()
        self._sending = asyncio.Lock()  # held from the outbox to the bus and back

    def wake(self) -> None:
        """There is something in the outbox."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``; then publishes what is left, for a few seconds at most."""
        work = asyncio.create_task(self._work())
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait((work, stopped), return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                await self._drain(work)
        finally:
            work.cancel()
            stopped.cancel()
            await asyncio.wait((work, stopped))
        if not work.cancelled():
            work.result()

    async def _work(self) -> None:
        backoff = Backoff()
        while True:
            self._woken.clear()
            try:
                sent = await self._send_some()
                if sent == _BATCH:  # else nothing is left but what was committed meanwhile
                    await self._count()
                else:
                    self._metrics.outbox_size.set(0)
            except (ApolloniaError, TimeoutError) as error:
                log.warning("events wait in the outbox", reason=str(error) or "no answer in time")
                with suppress(ApolloniaError):
                    await self._count()
                await backoff.wait(self._clock)
                continue
            backoff.reset()
            if sent < _BATCH:
                await wait_for(self._woken, self._clock, _IDLE_S)

    async def _count(self) -> None:
        self._metrics.outbox_size.set(await self._index.unsent_count())

    async def _send_some(self) -> int:
        async with self._sending:
            unsent = await self._index.unsent(_BATCH)
            if unsent:
                async with asyncio.timeout(_PUBLISH_LIMIT_S):
                    await self._bus.publish(FILES.name, [one.message for one in unsent])
                await self._index.mark_sent([one.position for one in unsent])
                self._metrics.events_published.inc(len(unsent))
            return len(unsent)

    async def _drain(self, work: asyncio.Task[None]) -> None:
        """What stays is for the next start; what ``work`` has in hand is not told twice."""
        try:
            async with asyncio.timeout(_DRAIN_LIMIT_S):
                async with self._sending:
                    work.cancel()
                while await self._send_some():
                    pass
        except (ApolloniaError, TimeoutError) as error:
            log.info("events stay in the outbox until the next start", reason=str(error))
