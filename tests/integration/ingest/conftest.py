import asyncio
import os
import time
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from apollonia.adapters.clock import SystemClock
from apollonia.adapters.file_system import LocalFiles
from apollonia.adapters.index import SqliteIndex
from apollonia.domain.kinds import RootState
from apollonia.ingest.flow.publisher import Publisher
from apollonia.ingest.options import IngestOptions
from apollonia.ingest.ports import IngestPorts
from apollonia.ingest.root.roots import check_roots
from apollonia.ingest.service import IngestService
from apollonia.media.hashing import LargeFiles
from apollonia.media.options import MediaOptions
from apollonia.media.workers.pool import MediaPool
from apollonia.messages import POPULATOR_QUEUE, FileEvent, parse, topology
from apollonia.observe.metrics import Metrics
from apollonia.testing.fake_control import FakeControl
from apollonia.testing.memory_bus import MemoryBus

_READY = {RootState.WATCHING, RootState.DEGRADED}


class Stand:
    """Ingest with its real adapters and media workers over a folder of this disk."""

    def __init__(self, folder):
        self.root = folder / "media"
        self.data = folder / "data"
        self.root.mkdir()
        self.data.mkdir()
        self.bus = MemoryBus()
        self.control = FakeControl()
        self.metrics = Metrics()
        self.options = IngestOptions(concurrency=2, settle_s=0.4)

    @asynccontextmanager
    async def running(self, *, until_watching=True):
        await self.bus.declare(topology(POPULATOR_QUEUE))
        index, clock = SqliteIndex(self.data / "ingest.db"), SystemClock()
        publisher = Publisher(index=index, bus=self.bus, clock=clock, metrics=self.metrics)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(index.close)
            pool = await stack.enter_async_context(MediaPool(MediaOptions(workers=1)))
            large = await stack.enter_async_context(LargeFiles())
            service = IngestService(
                roots=check_roots([self.root], self.data),
                ports=IngestPorts(
                    files=LocalFiles(),
                    index=index,
                    inspector=pool,
                    large=large,
                    control=self.control,
                    clock=clock,
                    metrics=self.metrics,
                ),
                options=self.options,
                on_commit=publisher.wake,
            )
            stop = asyncio.Event()
            tasks = [asyncio.create_task(one.run(stop)) for one in (publisher, service)]
            try:
                if until_watching:
                    await self.until(lambda: self.state() in _READY)
                yield service
            finally:
                stop.set()
                async with asyncio.timeout(5):
                    await asyncio.gather(*tasks)

    def state(self):
        status = self.control._roots.get(str(self.root))
        return status and status.state

    def status(self):
        return self.control._roots[str(self.root)]

    async def until(self, holds, seconds=15.0):
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"waited {seconds} s; told: {self.told()}"
            await asyncio.sleep(0.005)

    def events(self):
        return [parse(FileEvent, message.body) for message in self.bus.waiting(POPULATOR_QUEUE)]

    def told(self):
        """In short: (type, path below the root)."""
        base = len(os.fsencode(self.root)) + 1
        return [(e.event_type.value, e.raw_path()[base:].decode()) for e in self.events()]

    def forget(self):
        """Start counting events anew."""
        queue = self.bus._queues[POPULATOR_QUEUE]
        queue.entries.clear()

    async def hear(self, number, *, quiet=0.6):
        """So many events, and no more in the time after them."""
        await self.until(lambda: len(self.events()) >= number)
        await asyncio.sleep(quiet)
        assert len(self.events()) == number, self.told()
        told = self.told()
        self.forget()
        return told

    def write(self, name, data):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path


@pytest.fixture
def stand(tmp_path):
    return Stand(tmp_path)
