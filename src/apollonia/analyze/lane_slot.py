"""One slot of a lane: takes about a second's work and has a worker process of its own."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

from apollonia.analyze.batch import Batch
from apollonia.analyze.handling import LongWork, WorkHandler
from apollonia.analyze.options import AnalyzeOptions
from apollonia.analyze.pace import Pace
from apollonia.errors import ConflictError, Unavailable
from apollonia.messages import WORK
from apollonia.observe.logs import get_logger
from apollonia.observe.metrics import Metrics
from apollonia.ports.bus import Bus, Consumer, Delivery
from apollonia.ports.clock import Clock
from apollonia.ports.control import Control
from apollonia.work.backoff import Backoff
from apollonia.work.collect import collect
from apollonia.work.job import Job, RunnerOptions
from apollonia.work.pause import until_stopped
from apollonia.work.settle import Settler

log = get_logger(__name__)

_IDLE_ROUNDS = 60  # each waits some seconds for work


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotPorts:
    """What a slot needs."""

    bus: Bus
    control: Control
    clock: Clock
    metrics: Metrics


class Worker(Protocol):
    """A worker process that can be let go: ``WorkerSlot``."""

    def drop(self) -> None:
        """Kill it at once."""
        ...

    async def discard(self) -> None:
        """Kill it and wait until it is gone."""
        ...


class LaneSlot:
    """A ``Service`` over one lane's queue. An idle one lets its worker go.

    Long work is done outside of the queue's consumption, under a lease that is renewed; a stop
    gives it back to the lane. Whoever loses the lease stops, and whatever he told is stored once.
    """

    def __init__(
        self,
        *,
        lane: str,
        queue: str,
        handler: WorkHandler,
        worker: Worker,
        ports: SlotPorts,
        options: AnalyzeOptions,
    ) -> None:
        self.name = f"analyse {lane}"
        self._lane = lane
        self._queue = queue
        self._handler = handler
        self._worker = worker
        self._ports = ports
        self._options = options
        self._pace = Pace()
        self._settler = settler_of(queue, ports)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop``; what is in hand has ``drain_s`` to end."""
        backoff = Backoff()
        try:
            while not stop.is_set():
                try:
                    await self._consume(stop)
                    if self._handler.long is not None:
                        long, self._handler.long = self._handler.long, None
                        await self._do_long(long, stop)
                    backoff.reset()
                except Unavailable as error:
                    if not backoff.waited:
                        log.warning("analysis waits", lane=self._lane, error=error.message)
                    await until_stopped(stop, self._ports.clock.sleep(backoff.next()))
        finally:
            await self._worker.discard()

    async def _consume(self, stop: asyncio.Event) -> None:
        """Until there is long work, or this consumer has fetched far more than is wanted by now."""
        idle = 0
        self._pace.begin()
        async with self._ports.bus.consume(self._queue) as consumer:
            while not (stop.is_set() or self._handler.long or self._pace.has_shrunk()):
                taking = collect(consumer, self._pace.size(), 0.0)
                taken = await until_stopped(stop, taking)
                if taken:
                    idle = 0
                    working = self._work_on(consumer, taken, stop)
                    await until_stopped(stop, working, self._options.drain_s)
                else:
                    idle += 1
                    if idle == _IDLE_ROUNDS:
                        self._worker.drop()

    async def _work_on(
        self, consumer: Consumer, taken: Sequence[Delivery], stop: asyncio.Event
    ) -> None:
        began = perf_counter()
        batch = Batch(handler=self._handler, settler=self._settler, consumer=consumer, stop=stop)
        number = await batch.run(taken)
        took_s = perf_counter() - began
        self._ports.metrics.batch_seconds.labels(self._queue).observe(took_s)
        if number:
            self._pace.note(number, took_s)

    async def _do_long(self, long: LongWork, stop: asyncio.Event) -> None:
        """Do it while the lease holds."""
        doing = asyncio.create_task(self._until_told(long), name=f"long {self.name}")
        try:
            kept = await self._keep_lease(long, doing, stop)
            if stop.is_set() and not doing.done():
                await asyncio.wait({doing}, timeout=self._options.drain_s)
            if doing.done():
                doing.result()
                await self._ports.control.release(long.lease)
            elif kept:
                await self._ports.bus.publish(WORK.name, [long.message], self._lane)
                await self._ports.control.release(long.lease)
        finally:
            doing.cancel()
            await asyncio.wait({doing})

    async def _keep_lease(
        self, long: LongWork, doing: asyncio.Task[None], stop: asyncio.Event
    ) -> bool:
        """Renew it until the work is done or stopped; ``False``: somebody else has it now."""
        ended = asyncio.Event()
        doing.add_done_callback(lambda _: ended.set())
        while not doing.done() and not stop.is_set():
            pause = self._ports.clock.sleep(self._options.lease_s / 3)
            await until_stopped(stop, until_stopped(ended, pause))
            if doing.done() or stop.is_set():
                break
            try:
                await self._ports.control.renew(long.lease, self._options.lease_s)
            except ConflictError as error:
                log.warning("long work was taken over", lane=self._lane, why=error.message)
                return False
            except Unavailable as error:
                log.warning("lease not renewed", lane=self._lane, error=error.message)
        return True

    async def _until_told(self, long: LongWork) -> None:
        """The work itself; while something is away it waits, for its message is gone."""
        backoff = Backoff()
        while True:
            try:
                await self._once(long)
            except Unavailable as error:
                log.warning("long work waits", lane=self._lane, error=error.message)
                await backoff.wait(self._ports.clock)
            else:
                return

    async def _once(self, long: LongWork) -> None:
        try:
            await self._handler.do(long.work, long.wanted)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - there is no message that could fail again
            await self._handler.give_up(long.work, long.wanted, error)


def settler_of(queue: str, ports: SlotPorts) -> Settler[None]:
    """What ``Batch`` settles by; it handles by itself."""
    return Settler(
        job=Job(queue=queue, scope=_no_scope, handle=_nothing),
        bus=ports.bus,
        clock=ports.clock,
        metrics=ports.metrics,
        options=RunnerOptions(),
    )


async def _nothing(scope: None, deliveries: Sequence[Delivery]) -> None:
    """``Batch`` handles."""


@asynccontextmanager
async def _no_scope() -> AsyncIterator[None]:
    yield
