"""Ingest that follows a folder until its standard input ends: ROOT DATA OPTIONS, the last as JSON.

A line on standard input is a command: ``hold SECONDS`` keeps the event loop, ``watches NUMBER``
sets how many this user namespace may have, ``mount FOLDER`` and ``umount FOLDER`` do so for a
tmpfs. What the bus confirms goes to DATA/bus.log, and the root's status to standard output, a line
of JSON for each.
"""

import asyncio
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

from apollonia.adapters.clock import SystemClock
from apollonia.adapters.file_system import LocalFiles
from apollonia.adapters.index import SqliteIndex
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

_KEYS = ("event_type", "file_path", "sha256_hash", "moved_from")
_LIMIT = Path("/proc/sys/user/max_inotify_watches")


class LogBus(MemoryBus):
    def __init__(self, path):
        super().__init__()
        self.file = path.open("ab", buffering=0)

    async def publish(self, exchange, messages, routing_key=""):
        events = [json.loads(message.body) for message in messages]
        lines = [json.dumps([event.get(key) for key in _KEYS]) for event in events]
        self.file.write("".join(f"{line}\n" for line in lines).encode())


async def tell(service, metrics):
    while True:
        (status,) = service.statuses()
        values = {
            name: metrics.registry.get_sample_value(f"apollonia_{name}", {"root": status.root})
            for name in ("watches", "polled_folders", "watch_overflows_total", "root_degraded")
        }
        values |= {"state": status.state, "message": status.message, "storage": status.storage}
        sys.stdout.write(f"{json.dumps(values)}\n")
        sys.stdout.flush()
        await asyncio.sleep(0.1)


def obey(loop, stop):
    for line in sys.stdin:
        command, _, value = line.strip().partition(" ")
        if command == "hold":
            loop.call_soon_threadsafe(time.sleep, float(value))
        elif command == "watches":
            _LIMIT.write_text(value)
        elif command == "mount":
            subprocess.run(["mount", "-t", "tmpfs", "none", value], check=True)
        elif command == "umount":
            subprocess.run(["umount", value], check=True)
    loop.call_soon_threadsafe(stop.set)


async def main(root, data, options):
    index, clock, metrics = SqliteIndex(data / "ingest.db"), SystemClock(), Metrics()
    publisher = Publisher(index=index, bus=LogBus(data / "bus.log"), clock=clock, metrics=metrics)
    stop = asyncio.Event()
    threading.Thread(target=obey, args=(asyncio.get_running_loop(), stop), daemon=True).start()
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
        service = IngestService(
            roots=check_roots([root], data), ports=ports, options=options, on_commit=publisher.wake
        )
        telling = asyncio.create_task(tell(service, metrics))
        await asyncio.gather(service.run(stop), publisher.run(stop))
        telling.cancel()
    await index.close()


if __name__ == "__main__":
    configure_logs(level="ERROR")
    chosen = IngestOptions(concurrency=2, settle_s=0.2, **json.loads(sys.argv[3]))
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), chosen))
