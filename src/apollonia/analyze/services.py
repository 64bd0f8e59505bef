"""The services of this capability, ready to run."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from apollonia.analyze.handling import HandlingPorts, WorkHandler
from apollonia.analyze.intake import Intake
from apollonia.analyze.lane_slot import LaneSlot, SlotPorts
from apollonia.analyze.options import AnalyzeOptions
from apollonia.analyze.reporting import Reporter
from apollonia.analyze.workbench import Workbench, worker_slot
from apollonia.messages import ANALYZER_QUEUE
from apollonia.observe.metrics import Metrics
from apollonia.ports.analyses import Analyses
from apollonia.ports.bus import Bus
from apollonia.ports.cache import Cache
from apollonia.ports.clock import Clock
from apollonia.ports.control import Control
from apollonia.work.job import Job
from apollonia.work.runner import Runner
from apollonia.work.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyzePorts:
    """What the services need."""

    bus: Bus
    cache: Cache
    analyses: Analyses
    control: Control
    clock: Clock
    metrics: Metrics


def analyze_services(ports: AnalyzePorts, options: AnalyzeOptions) -> Sequence[Service]:
    """The slots of all lanes, then the intake; the topology MUST be declared before."""
    intake = Job(
        queue=ANALYZER_QUEUE,
        scope=_no_scope,
        handle=Intake(
            bus=ports.bus,
            cache=ports.cache,
            analyses=ports.analyses,
            clock=ports.clock,
            options=options,
        ),
    )
    slots = [
        _slot(ports, options, lane, number)
        for lane, count in options.slots.items()
        for number in range(count)
    ]
    runner = Runner(job=intake, bus=ports.bus, clock=ports.clock, metrics=ports.metrics)
    return (*slots, runner)


def _slot(ports: AnalyzePorts, options: AnalyzeOptions, lane: str, number: int) -> LaneSlot:
    worker = worker_slot(options)
    reporter = Reporter(bus=ports.bus, cache=ports.cache, clock=ports.clock, options=options)
    handler = WorkHandler(
        lane=lane,
        slot=f"{lane}-{number}",
        bench=Workbench(worker, options),
        ports=HandlingPorts(
            analyses=ports.analyses,
            control=ports.control,
            reporter=reporter,
            metrics=ports.metrics,
        ),
        options=options,
    )
    return LaneSlot(
        lane=lane,
        queue=f"{ANALYZER_QUEUE}.{lane}",
        handler=handler,
        worker=worker,
        ports=SlotPorts(
            bus=ports.bus, control=ports.control, clock=ports.clock, metrics=ports.metrics
        ),
        options=options,
    )


@asynccontextmanager
async def _no_scope() -> AsyncIterator[None]:
    yield
