"""Whatever happens to real folders, events and catalog end up telling what is there.

Random histories with real inotify, index, readers and catalog; ``APOLLONIA_TEST_HISTORIES=300``
for more of them (``make chaos`` does), ``APOLLONIA_TEST_SEED=`` for one again.
"""

import asyncio
import hashlib
import os
import random
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from apollonia.adapters.broadcast import LocalBroadcast
from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.clock import SystemClock
from apollonia.adapters.database import Database, migrate
from apollonia.adapters.dead_letters import SqlDeadLetters
from apollonia.adapters.file_system import LocalFiles
from apollonia.adapters.graph import SqlGraph
from apollonia.adapters.index import SqliteIndex
from apollonia.adapters.library import SqlLibrary
from apollonia.domain.kinds import RootState
from apollonia.domain.paging import FileFilter, Sort, SortKey
from apollonia.ingest.flow.publisher import Publisher
from apollonia.ingest.options import IngestOptions
from apollonia.ingest.ports import IngestPorts
from apollonia.ingest.root.roots import check_roots
from apollonia.ingest.service import IngestService
from apollonia.media.hashing import LargeFiles
from apollonia.media.options import MediaOptions
from apollonia.media.workers.pool import MediaPool
from apollonia.messages import GRAPH_QUEUE, POPULATOR_QUEUE, FileEvent, parse, topology
from apollonia.observe.metrics import Metrics
from apollonia.populate.services import PopulatePorts, populate_services
from apollonia.testing.disturbed_folders import DisturbedFolders
from apollonia.testing.fake_control import FakeControl
from apollonia.testing.memory_bus import MemoryBus
from apollonia.testing.replay import replay

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="needs inotify"),
    pytest.mark.timeout(3600),
]

HISTORIES = int(os.environ.get("APOLLONIA_TEST_HISTORIES", "5"))
DISKS = HISTORIES > 5 or bool(os.environ.get("APOLLONIA_TEST_DISKS"))  # the long ones mount too
SEED = os.environ.get("APOLLONIA_TEST_SEED")
STEPS = 25
REST_LIMIT_S = 30.0
OPTIONS = IngestOptions(
    concurrency=2,
    settle_s=0.05,
    settle_limit_s=1.0,
    burst_s=0.01,
    move_wait_s=0.05,
    root_poll_s=0.2,
    control_poll_s=0.1,
    status_s=0.1,
)


class RecordingBus(MemoryBus):
    """Keeps what was confirmed, by message id."""

    def __init__(self, clock):
        super().__init__(clock=clock)
        self.confirmed = {}
        self.is_lost = False

    async def publish(self, exchange, messages, routing_key=""):
        self.away = self.is_lost  # for publishers only
        try:
            await super().publish(exchange, messages, routing_key)
        finally:
            self.away = False
        if exchange == "apollonia":
            for message in messages:
                self.confirmed.setdefault(message.message_id, message)


class Plant:
    """Everything but the ingestor, for many histories one after the other."""

    async def open(self, stack, folder):
        self.clock = SystemClock()
        self.metrics = Metrics()
        self.pool = await stack.enter_async_context(MediaPool(MediaOptions(workers=1)))
        self.large = await stack.enter_async_context(LargeFiles())
        self.bus = RecordingBus(self.clock)
        await self.bus.declare(topology(POPULATOR_QUEUE, GRAPH_QUEUE))
        url = f"sqlite:///{folder / 'catalog.db'}"
        await migrate(url)
        database = Database(url)
        await database.open()
        stack.push_async_callback(database.close)
        self.library = SqlLibrary(database)
        ports = PopulatePorts(
            bus=self.bus,
            broadcast=LocalBroadcast(),
            catalog=SqlCatalog(database),
            library=self.library,
            graph=SqlGraph(database),
            dead_letters=SqlDeadLetters(database),
            clock=self.clock,
            metrics=self.metrics,
        )
        stop = asyncio.Event()
        tasks = [asyncio.create_task(one.run(stop)) for one in populate_services(ports)]
        stack.push_async_callback(asyncio.gather, *tasks)
        stack.callback(stop.set)
        return self

    async def rows(self, roots):
        """Path → hash of what the catalog holds as present."""
        rows: dict[bytes, str | None] = {}
        for root in roots:
            where = FileFilter(root=str(root), availabilities=("present",))
            order = Sort(SortKey.PATH, descending=False)
            page = await self.library.page(where, order, limit=500)
            assert page.next is None
            rows |= {place.path: place.sha256_hash for place in page.items}
        return rows


class Ingest:
    """An ingestor over the folders of one history, killed and started."""

    def __init__(self, plant, folders, data):
        self.plant, self.folders, self.data = plant, folders, data
        self.control = FakeControl()
        self.tasks: list[asyncio.Task[None]] = []
        self.roots = check_roots(folders.roots, data)

    async def start(self):
        plant = self.plant
        self.index = SqliteIndex(self.data / "ingest.db")
        publisher = Publisher(
            index=self.index, bus=plant.bus, clock=plant.clock, metrics=plant.metrics
        )
        self.service = IngestService(
            roots=self.roots,
            ports=IngestPorts(
                files=LocalFiles(),
                index=self.index,
                inspector=plant.pool,
                large=plant.large,
                control=self.control,
                clock=plant.clock,
                metrics=plant.metrics,
            ),
            options=OPTIONS,
            on_commit=publisher.wake,
        )
        self.stop = asyncio.Event()
        self.tasks = [asyncio.create_task(one.run(self.stop)) for one in (publisher, self.service)]

    async def end(self, *, kill):
        self.stop.set()
        for task in self.tasks if kill else ():
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=kill)
        await self.index.close()

    def events(self):
        """All that concern these folders."""
        inside = os.fsencode(self.folders.folder) + b"/"
        found = (parse(FileEvent, one.body) for one in self.plant.bus.confirmed.values())
        return [event for event in found if event.raw_path().startswith(inside)]

    def told(self):
        """Path → (id, hash) for who heard every event; fails when one of them makes no sense."""
        return replay(self.events())

    def expected(self):
        files = self.folders.files()
        return {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}

    def is_right(self):
        return {path: sha for path, (_, sha) in self.told().items()} == self.expected()

    async def until_right(self, limit=REST_LIMIT_S):
        """Who is asked about files that disappeared says yes.

        What was written through a name that is left alone is told under its others by a scan.
        """
        end, asked = time.monotonic() + limit, 0.0
        while not self.is_right() and time.monotonic() < end:
            await asyncio.sleep(0.02)
            if time.monotonic() > asked + 1.0:
                asked = time.monotonic()
                for status in self.service.statuses():
                    if status.state is RootState.UNAVAILABLE or self.folders.wrote_unheard:
                        await self.control.request_scan(status.root)
        told = {path: sha for path, (_, sha) in self.told().items()}
        assert told == self.expected()

    async def calm_move(self):
        """What is moved while all is quiet keeps its id."""
        folders = self.folders
        if folders.unmounted or self.plant.bus.is_lost or folders.is_writing:
            return
        await self.until_right()
        await asyncio.sleep(OPTIONS.settle_s * 3)
        files = [Path(os.fsdecode(path)) for path in sorted(folders.files())]
        source = folders.dice.choice([path for path in files if path.stat().st_nlink == 1])
        new = folders.free_name(source)
        before = self.told()[os.fsencode(source)][0]
        source.rename(new)
        await self.until_right()
        assert self.told()[os.fsencode(new)][0] == before
        new.rename(source)


async def history(plant, folder, seed):
    """One: random steps and pauses, kills and starts; then everything comes to rest."""
    data = folder / "data"
    data.mkdir(parents=True)
    folders = DisturbedFolders(folder / "h", seed, disks=DISKS)
    ingest = Ingest(plant, folders, data)
    steps: list[str] = []
    try:
        await ingest.start()
        for _ in range(STEPS):
            await one_step(ingest, steps)
        plant.bus.is_lost = False
        await asyncio.to_thread(folders.rest)
        await ingest.until_right()
        await asyncio.sleep(OPTIONS.settle_s * 4)
        await ingest.until_right()
        end = time.monotonic() + REST_LIMIT_S
        while await plant.rows(folders.roots) != ingest.expected():
            assert time.monotonic() < end, "the catalog lacks what was told"
            await asyncio.sleep(0.02)
    except BaseException:
        for step in steps:
            sys.stdout.write(f"{step}\n")
        for event in ingest.events():
            words = (event.timestamp, event.event_type.value, event.file_path, event.moved_from)
            sys.stdout.write(f"{words}\n".replace(str(folders.folder), ""))
        raise
    finally:
        plant.bus.is_lost = False
        folders.close()
        await ingest.end(kill=True)


async def one_step(ingest, steps):
    dice, bus = ingest.folders.dice, ingest.plant.bus
    what = dice.random()
    if what < 0.06:
        kill = dice.random() < 0.7
        steps.append("kill" if kill else "stop")
        await ingest.end(kill=kill)
        for _ in range(dice.randint(0, 3)):
            steps.append(await asyncio.to_thread(ingest.folders.step))
        steps.append("start")
        await ingest.start()
    elif what < 0.09:
        bus.is_lost = not bus.is_lost
        steps.append(f"bus lost: {bus.is_lost}")
    elif what < 0.12:
        steps.append("calm move")
        await ingest.calm_move()
    else:
        steps.append(await asyncio.to_thread(ingest.folders.step))
    await asyncio.sleep(dice.choice((0.0, 0.0, 0.005, 0.03, 0.1)))


async def test_events_and_catalog_tell_what_is_in_real_folders(tmp_path):
    first = random.randrange(1 << 30)
    seeds = [int(SEED)] if SEED else [first + number for number in range(HISTORIES)]
    async with AsyncExitStack() as stack:
        plant = await Plant().open(stack, tmp_path)
        for seed in seeds:
            sys.stdout.write(f"APOLLONIA_TEST_SEED={seed}\n")
            plant.bus.confirmed.clear()
            await history(plant, tmp_path / str(seed), seed)
