"""Ingest in a process of its own that can be killed: ROOT DATA, until its first scan is through.

What the bus confirms is appended to DATA/bus.log, a line of JSON for each message.
"""

import asyncio
import json
import sys
from pathlib import Path

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
from apollonia.observe.logs import configure_logs
from apollonia.observe.metrics import Metrics
from apollonia.testing.fake_control import FakeControl
from apollonia.testing.memory_bus import MemoryBus

SCANNED = {RootState.WATCHING, RootState.DEGRADED}  # a folder that may not be read is polled


class LogBus(MemoryBus):
    def __init__(self, path):
        super().__init__()
        self.file = path.open("ab", buffering=0)

    async def publish(self, exchange, messages, routing_key=""):
        lines = []
        for message in messages:
            event = json.loads(message.body)
            keys = ("file_path", "event_type", "sha256_hash", "error", "timestamp")
            lines.append(json.dumps([message.message_id, *(event.get(key) for key in keys)]))
        self.file.write("".join(f"{line}\n" for line in lines).encode())


async def done(service, index):
    while service.statuses()[0].state not in SCANNED or await index.unsent_count():  # noqa: ASYNC110 - polled
        await asyncio.sleep(0.01)


async def main(root, data):
    index, clock, metrics = SqliteIndex(data / "ingest.db"), SystemClock(), Metrics()
    publisher = Publisher(index=index, bus=LogBus(data / "bus.log"), clock=clock, metrics=metrics)
    async with MediaPool(MediaOptions(workers=1)) as pool, LargeFiles() as large:
        ports = IngestPorts(
            files=LocalFiles(),
            index=index,
            inspector=pool,
            large=large,
            control=FakeControl(),
            clock=clock,
            metrics=metrics,
        )
        options = IngestOptions(concurrency=2, settle_s=0.2)
        service = IngestService(
            roots=check_roots([root], data), ports=ports, options=options, on_commit=publisher.wake
        )
        stop = asyncio.Event()
        tasks = [asyncio.create_task(one.run(stop)) for one in (service, publisher)]
        async with asyncio.timeout(60):
            await done(service, index)
        skipped = [f"{one.path}: {one.reason}" for one in service.statuses()[0].skipped]
        sys.stdout.write(json.dumps(skipped))
        stop.set()
        await asyncio.gather(*tasks)
    await index.close()


if __name__ == "__main__":
    configure_logs(level="ERROR")
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
