"""PostgreSQL two milliseconds away: what one populator loses, and what a second one adds.

Each populator is a process of its own and reaches the server through a proxy. Time runs from the
first batch that is in the database to the last.
"""

import asyncio
import multiprocessing
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.synchronize import Barrier, Event

import asyncpg

from apollonia.adapters.bus.rabbit import RabbitBus
from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.clock import SystemClock
from apollonia.adapters.database import Database
from apollonia.messages import FILES
from apollonia.observe.logs import configure_logs
from apollonia.observe.metrics import Metrics
from apollonia.populate.file_projector import FileProjector
from apollonia.testing.tcp_proxy import TcpProxy
from apollonia.work.job import Job
from apollonia.work.runner import Runner
from bus_measures.ground import FAN_OUT, QUEUE, Ground, as_in_service, settle
from bus_measures.populate import events, migrated_database
from ingest_measures.quiet import busy_core_seconds
from report import Measure, median

_ONE_WAY_S = 0.001
_LEAST_KEPT = 0.7
_LEAST_GAINED = 1.3
_SATURATED = 0.95  # of the cores
_LOOK_S = 0.02
_LIMIT_S = 120.0


def measure(ground: Ground) -> list[Measure]:
    """Medians of files a second: near, far, and far with two."""
    near, far, two, busy = [], [], [], []
    for _ in range(ground.repeat):
        near.append(as_in_service(_files_per_s(ground, populators=1, delay_s=0.0))[0])
        settle()
        far.append(as_in_service(_files_per_s(ground, populators=1, delay_s=_ONE_WAY_S))[0])
        settle()
        rate, used = as_in_service(_files_per_s(ground, populators=2, delay_s=_ONE_WAY_S))
        two.append(rate)
        busy.append(used)
        settle()
    cores = os.cpu_count() or 1
    saturated = median(busy) >= _SATURATED * cores
    return [
        Measure(
            measure="one populator, 2 ms added to each statement",
            value=median(far),
            unit="files/s",
            against="the same without",
            limit=median(near),
            target=f">= {_LEAST_KEPT} x",
            holds=median(far) >= _LEAST_KEPT * median(near),
        ),
        Measure(
            measure=f"two populators, 2 ms added ({median(busy):.2f} of {cores} cores busy)",
            value=median(two),
            unit="files/s",
            against="one, 2 ms added",
            limit=median(far),
            target=f">= {_LEAST_GAINED} x, or the cores saturated (>= {_SATURATED:.0%})",
            holds=saturated or median(two) >= _LEAST_GAINED * median(far),
        ),
    ]


async def _files_per_s(ground: Ground, *, populators: int, delay_s: float) -> tuple[float, float]:
    """Files per second and cores busy meanwhile."""
    messages = events(ground.messages)
    async with ground.host() as amqp, migrated_database(ground) as url:
        bus = RabbitBus(amqp)
        await bus.declare(FAN_OUT)
        async with (
            TcpProxy.before(url) as proxy,
            _processes(amqp, proxy.through(url), populators) as all_are_ready,
        ):
            proxy.delay_s = delay_s
            await bus.publish(FILES.name, messages)
            await asyncio.to_thread(all_are_ready.wait, _LIMIT_S)
            found = await _timed(url, len(messages))
        await bus.close()
        return found


async def _timed(url: str, number: int) -> tuple[float, float]:
    connection = await asyncpg.connect(url)
    try:
        first = await _rows(connection, 1)
        began, busy = time.perf_counter(), busy_core_seconds()
        last = await _rows(connection, number)
        took = time.perf_counter() - began
        return (last - first) / took, (busy_core_seconds() - busy) / took
    finally:
        await connection.close()


async def _rows(connection: asyncpg.Connection, least: int) -> int:
    async with asyncio.timeout(_LIMIT_S):
        while (found := await connection.fetchval("SELECT count(*) FROM files")) < least:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_S)
    return int(found)


@asynccontextmanager
async def _processes(amqp: str, url: str, number: int) -> AsyncIterator[Barrier]:
    """So many populators that begin when everybody waits at the barrier."""
    context = multiprocessing.get_context("spawn")
    start, stop = context.Barrier(number + 1), context.Event()
    processes = [
        context.Process(target=_populate, args=(amqp, url, start, stop)) for _ in range(number)
    ]
    for process in processes:
        process.start()
    try:
        yield start
    finally:
        stop.set()
        for process in processes:
            await asyncio.to_thread(process.join, _LIMIT_S)


def _populate(amqp: str, url: str, start: Barrier, stop: Event) -> None:
    configure_logs(level="ERROR", form="console")
    as_in_service(_run(amqp, url, start, stop))


async def _run(amqp: str, url: str, start: Barrier, stop: Event) -> None:
    database, bus, clock, ended = Database(url), RabbitBus(amqp), SystemClock(), asyncio.Event()
    await database.open()
    await bus.declare(FAN_OUT)
    catalog = SqlCatalog(database)
    job = Job(queue=QUEUE, scope=catalog.begin, handle=FileProjector(clock=clock))
    runners = [
        Runner(job=job, bus=bus, clock=clock, metrics=Metrics()) for _ in range(catalog.writers)
    ]
    await asyncio.to_thread(start.wait, _LIMIT_S)
    running = asyncio.gather(*(one.run(ended) for one in runners))
    while not await asyncio.to_thread(stop.wait, _LOOK_S * 5):
        pass
    ended.set()
    await running
    await bus.close()
    await database.close()
