import asyncio
import json
from concurrent.futures import Executor, Future
from contextlib import asynccontextmanager

import pytest

from apollonia.ingest.flow.publisher import Publisher
from apollonia.ingest.options import IngestOptions
from apollonia.ingest.ports import IngestPorts
from apollonia.ingest.root.roots import Root
from apollonia.ingest.service import IngestService
from apollonia.messages import POPULATOR_QUEUE, FileEvent, parse
from apollonia.observe.metrics import Metrics
from apollonia.testing.fake_control import FakeControl
from apollonia.testing.fake_files import FakeFiles
from apollonia.testing.hashing_inspector import HashingInspector
from apollonia.testing.manual_clock import ManualClock, let_others_run
from apollonia.testing.memory_bus import MemoryBus
from apollonia.testing.memory_index import MemoryIndex


class InlineDisk(Executor):
    """Does at once what a disk's thread would do, so that a test needs no real time."""

    def submit(self, work, /, *args, **kwargs):
        future: Future[object] = Future()
        try:
            future.set_result(work(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - as an executor does
            future.set_exception(error)
        return future


class Rig:
    """Ingest of some roots over fakes, moved by hand."""

    def __init__(self, tree, roots=(b"/music",), *, publish=False, **options):
        self.clock = ManualClock()
        self.files = FakeFiles.of(tree, self.clock)
        self.index = MemoryIndex()
        self.control = FakeControl()
        self.audit = None
        self.inspector = HashingInspector(self.files)
        self.metrics = Metrics()
        self.roots = [Root(path) for path in roots]
        self.options = IngestOptions(**options)
        self.bus = MemoryBus(clock=self.clock) if publish else None

    @asynccontextmanager
    async def running(self, *, quiet=True):
        """A service over the same index: enter it again to start again."""
        publisher = self.publisher()
        service = IngestService(
            roots=self.roots,
            ports=IngestPorts(
                files=self.files,
                index=self.index,
                inspector=self.inspector,
                large=self.inspector,
                control=self.control,
                audit=self.audit,
                clock=self.clock,
                metrics=self.metrics,
            ),
            options=self.options,
            on_commit=publisher.wake if publisher else lambda: None,
            new_disk=InlineDisk,
        )
        self.engine = service._engine
        stop = asyncio.Event()
        running = [service] if publisher is None else [service, publisher]
        self.tasks = [asyncio.create_task(one.run(stop)) for one in running]
        try:
            if quiet:
                await self.quiet()
            yield service
        finally:
            stop.set()
            await asyncio.wait(self.tasks)
            for task in self.tasks:
                if not task.cancelled():
                    task.result()

    def publisher(self):
        """What takes events to the bus, where this rig has one."""
        if self.bus is None:
            return None
        return Publisher(index=self.index, bus=self.bus, clock=self.clock, metrics=self.metrics)

    async def kill(self):
        """End the service at once; what it had not committed is lost."""
        for task in self.tasks:
            task.cancel()
        await asyncio.wait(self.tasks)

    async def quiet(self, seconds=3.0):
        """Let so much time pass; more than enough for everything to settle."""
        passed = 0.0
        while passed < seconds:
            await self.work()
            step = 0.1 if passed < 3.0 else 0.5
            await self.clock.advance(step)
            passed += step
        await self.work()

    async def work(self):
        """No time passes, but everything that can be done is done."""
        await let_others_run(80)

    def events(self):
        """All events so far, oldest first; with a bus those that it brought, each once."""
        messages = self.bus.waiting(POPULATOR_QUEUE) if self.bus else self.index.outbox.values()
        once = {message.message_id: message.body for message in messages}
        return [parse(FileEvent, body) for body in once.values()]

    def told(self):
        """Events in short, oldest first; each is told once."""
        events = [(e.event_type.value, e.raw_path().decode()) for e in self.events()]
        self.index.outbox.clear()
        return events

    def bodies(self):
        return [json.loads(message.body) for message in self.index.outbox.values()]

    def status(self, root="/music"):
        return self.control._roots[root]

    def file_id(self, path):
        return self.index.files[path].file_id


@pytest.fixture
def rig():
    return Rig
