"""A small world around the analysers: bus, cache, catalog and control in memory."""

import asyncio
from dataclasses import dataclass, field

import pytest

from apollonia.adapters.cache import LocalCache
from apollonia.analyze.batch import Batch
from apollonia.analyze.handling import HandlingPorts, WorkHandler
from apollonia.analyze.lane_slot import SlotPorts, settler_of
from apollonia.analyze.options import AnalyzeOptions
from apollonia.analyze.reporting import Reporter
from apollonia.analyze.workbench import Findings
from apollonia.domain.analysis import AnalyserSpec, Cost
from apollonia.domain.kinds import Kind
from apollonia.messages import AnalysisEvent, AnalysisResult, Work, parse, topology
from apollonia.observe.metrics import Metrics
from apollonia.ports.bus import Delivery
from apollonia.testing.builders import a_work
from apollonia.testing.fake_control import FakeControl
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_bus import MemoryBus
from apollonia.testing.memory_catalog import MemoryCatalog
from apollonia.work.analysis_work import work_message

QUICK = AnalyserSpec("quick", "1", frozenset({Kind.AUDIO, Kind.IMAGE}), Cost(0.1, 0.0))
SLOW = AnalyserSpec("slow", "1", frozenset({Kind.VIDEO}), Cost(3_000.0, 0.0))


@dataclass
class FakeBench:
    """Finds ``answers`` for whatever it is asked; ``gate`` holds it up."""

    status: str = "done"
    obstacle: str | None = None
    error: Exception | None = None
    gate: asyncio.Event | None = None
    errors: dict[str, Exception] = field(default_factory=dict)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    async def analyse(self, work, wanted):
        self.asked.append((work.sha256_hash, tuple(spec.name for spec in wanted)))
        gate = self.gates.get(work.sha256_hash, self.gate)
        error = self.errors.get(work.sha256_hash, self.error)
        try:
            if gate is not None:
                await gate.wait()
        except asyncio.CancelledError:
            self.cancelled.append(work.sha256_hash)
            raise
        if error is not None:
            raise error
        if self.obstacle is not None:
            return Findings(obstacle=self.obstacle)
        return Findings(
            [
                AnalysisResult(
                    analyser=spec.name, version=spec.version, status=self.status, data={"n": 1}
                )
                for spec in wanted
            ]
        )


@dataclass
class Settled:
    """A consumer that notes what became of its messages."""

    acked: list[Delivery] = field(default_factory=list)
    retried: list[Delivery] = field(default_factory=list)
    released: list[Delivery] = field(default_factory=list)
    number: int = 0

    async def take(self, limit, wait):
        raise NotImplementedError

    async def ack(self, deliveries):
        self.acked += deliveries

    async def retry(self, deliveries, delay):
        self.retried += deliveries

    async def release(self, deliveries):
        self.released += deliveries


@dataclass
class World:
    bus: MemoryBus
    catalog: MemoryCatalog
    control: FakeControl
    cache: LocalCache
    clock: ManualClock
    metrics: Metrics
    options: AnalyzeOptions
    bench: FakeBench

    def handler(self, slot: str = "audio-0") -> WorkHandler:
        return WorkHandler(
            lane="audio",
            slot=slot,
            bench=self.bench,
            ports=HandlingPorts(
                analyses=self.catalog,
                control=self.control,
                reporter=self.reporter,
                metrics=self.metrics,
            ),
            options=self.options,
        )

    async def handle(self, handler, *deliveries) -> "Settled":
        settled, handling = self.begin(handler, *deliveries)
        await handling
        return settled

    def begin(
        self, handler, *deliveries, patience_s=3.0, stop=None
    ) -> tuple["Settled", asyncio.Task[int]]:
        consumer = Settled()
        ports = SlotPorts(
            bus=self.bus, control=self.control, clock=self.clock, metrics=self.metrics
        )
        batch = Batch(
            handler=handler,
            settler=settler_of("apollonia-analyzer.audio", ports),
            consumer=consumer,
            stop=stop or asyncio.Event(),
            patience_s=patience_s,
        )

        async def run() -> int:
            consumer.number = await batch.run(deliveries)
            return consumer.number

        return consumer, asyncio.create_task(run())

    def delivery(self, attempts: int = 0, **changes) -> Delivery:
        return Delivery(work_message(a_work(**changes)), "q", attempts, 1)

    @property
    def reporter(self) -> Reporter:
        return Reporter(bus=self.bus, cache=self.cache, clock=self.clock, options=self.options)

    def works(self, lane: str) -> list[Work]:
        return [parse(Work, it.body) for it in self.bus.waiting(f"apollonia-analyzer.{lane}")]

    def told(self) -> list[AnalysisEvent]:
        waiting = self.bus.waiting("apollonia-populator-enriched")
        return [parse(AnalysisEvent, it.body) for it in waiting]


@pytest.fixture
async def world() -> World:
    clock, metrics = ManualClock(), Metrics()
    bus = MemoryBus(clock=clock)
    await bus.declare(topology())
    return World(
        bus=bus,
        catalog=MemoryCatalog(),
        control=FakeControl(clock.monotonic),
        cache=LocalCache(clock=clock, metrics=metrics),
        clock=clock,
        metrics=metrics,
        options=AnalyzeOptions(holder="me", specs=(QUICK, SLOW), time_limit_s=3_600.0),
        bench=FakeBench(),
    )
