"""The bus is away for hours; the index' disk is full: work waits, says so, and goes on."""

import asyncio
import os
import subprocess
import sys
import tracemalloc
from dataclasses import replace

import pytest

from apollonia.adapters.index import SqliteIndex
from apollonia.ingest.flow.publisher import Publisher
from apollonia.messages import POPULATOR_QUEUE, topology
from apollonia.observe.metrics import Metrics
from apollonia.ports.index import Commit
from apollonia.testing.builders import messages
from apollonia.testing.memory_bus import MemoryBus

EVENTS = int(os.environ.get("APOLLONIA_TEST_EVENTS", "10000"))
AWAY_S = 3600.0
MEMORY = 16 << 20


class SwiftClock:
    """Hours pass in a moment."""

    def __init__(self):
        self.elapsed = 0.0

    def now_micros(self):
        return round(self.elapsed * 1e6)

    def monotonic(self):
        return self.elapsed

    async def sleep(self, seconds):
        await asyncio.sleep(0)
        self.elapsed += seconds


class CountingBus(MemoryBus):
    """Keeps only what is needed to see order and number."""

    def __init__(self):
        super().__init__()
        self.tries, self.largest, self.ids = 0, 0, []

    async def publish(self, exchange, messages, routing_key=""):
        self.tries += 1
        await self.ping()
        self.largest = max(self.largest, len(messages))
        self.ids += [int(message.message_id) for message in messages]


async def until(holds):
    async with asyncio.timeout(100):
        while not holds():  # noqa: ASYNC110 - polled
            await asyncio.sleep(0.01)


async def test_bus_away_for_hours_costs_no_memory_and_gets_all_in_order(tmp_path):
    bus, index, clock = CountingBus(), SqliteIndex(tmp_path / "ingest.db"), SwiftClock()
    await bus.declare(topology(POPULATOR_QUEUE))
    bus.away = True
    (template,) = messages(1)
    for start in range(0, EVENTS, 1000):
        numbered = [replace(template, message_id=str(n)) for n in range(start, start + 1000)]
        await index.commit(Commit(messages=numbered))
    publisher = Publisher(index=index, bus=bus, clock=clock, metrics=Metrics())
    stop = asyncio.Event()
    tracemalloc.start()
    task = asyncio.create_task(publisher.run(stop))
    try:
        await until(lambda: clock.elapsed >= AWAY_S)
        assert bus.tries < AWAY_S / 2  # waits grow to 5 s and are drawn evenly: 2.5 s on average
        assert await index.unsent_count() == EVENTS
        _, peak = tracemalloc.get_traced_memory()
        assert peak < MEMORY
    finally:
        tracemalloc.stop()
    bus.away = False
    await until(lambda: len(bus.ids) >= EVENTS)
    stop.set()
    await task
    assert await index.unsent_count() == 0
    await index.close()
    assert bus.ids == list(range(EVENTS))
    assert bus.largest <= 500


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one mebibyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(words, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


async def test_full_disk_under_the_index_is_waited_for(stand, small_disk):
    stand.data = small_disk
    filler = small_disk / "filler"
    async with stand.running():
        filler.write_bytes(b"")
        with filler.open("wb", buffering=0) as file:
            while True:
                try:
                    file.write(b"x" * 4096)
                except OSError:
                    break
        for number in range(300):
            stand.write(f"{number}.bin", b"%d" % number)
        await stand.until(lambda: "no space left" in (stand.status().message or ""))
        assert len(stand.events()) < 300
        filler.unlink()
        await stand.until(lambda: len(stand.events()) >= 300, 30)
        assert len(set(stand.told())) == len(stand.told()) == 300
        await stand.until(lambda: "no space left" not in (stand.status().message or ""))
