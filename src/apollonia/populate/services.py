"""The services of this capability, ready to run."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from apollonia.domain.analysis import AnalyserSpec
from apollonia.messages import (
    ALL_QUEUES,
    ENRICHED_QUEUE,
    GRAPH_QUEUE,
    MATCHER_QUEUE,
    POPULATOR_QUEUE,
)
from apollonia.observe.metrics import Metrics
from apollonia.populate.analysis_projector import AnalysisProjector
from apollonia.populate.changes_relay import ChangesRelay
from apollonia.populate.dead_letters import DeadLetterKeeper
from apollonia.populate.file_projector import FileProjector
from apollonia.populate.graph_projector import GraphProjector
from apollonia.populate.matcher import Matcher
from apollonia.populate.purger import PurgeOptions, Purger
from apollonia.populate.reconciler import ReconcileOptions, ReconcilePorts, Reconciler
from apollonia.populate.requeuer import Requeuer, RequeuerOptions
from apollonia.populate.word_keeper import WordKeeper
from apollonia.ports.analyses import Analyses
from apollonia.ports.broadcast import Broadcast
from apollonia.ports.bus import Bus
from apollonia.ports.catalog import Catalog
from apollonia.ports.clock import Clock
from apollonia.ports.control import Control
from apollonia.ports.dead_letters import DeadLetters
from apollonia.ports.fingerprints import Fingerprints
from apollonia.ports.graph import Graph
from apollonia.ports.library import Library
from apollonia.ports.similarity import Similarity
from apollonia.ports.vocabulary import Vocabulary
from apollonia.work.job import Job, RunnerOptions
from apollonia.work.runner import Runner
from apollonia.work.service import Service

_FEW = RunnerOptions(batch=32)  # each of them is compared with others
CONSUMED = (POPULATOR_QUEUE, GRAPH_QUEUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulatePorts:
    """What the services need."""

    bus: Bus
    broadcast: Broadcast
    catalog: Catalog
    library: Library
    graph: Graph
    dead_letters: DeadLetters
    clock: Clock
    metrics: Metrics
    vocabulary: Vocabulary | None = None
    """Without it no words are kept for corrections and suggestions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisKeeping:
    """What it takes to keep the results of these analysers, and to queue what is undone."""

    analyses: Analyses
    fingerprints: Fingerprints
    similarity: Similarity
    control: Control
    specs: tuple[AnalyserSpec, ...]
    options: ReconcileOptions


def populate_services(
    ports: PopulatePorts,
    *,
    purge: PurgeOptions | None = None,
    requeue: RequeuerOptions | None = None,
    analysis: AnalysisKeeping | None = None,
) -> Sequence[Service]:
    """The relay, then everything that reads a queue; the topology MUST be declared before.

    Without ``purge`` nothing is ever taken out of the catalog.
    """
    relay = ChangesRelay(
        catalog=ports.catalog, bus=ports.bus, broadcast=ports.broadcast, clock=ports.clock
    )
    purgers = [
        Purger(catalog=ports.catalog, clock=ports.clock, options=it, on_purge=relay.nudge)
        for it in (purge,)
        if it is not None
    ]

    words = [
        WordKeeper(vocabulary=it, clock=ports.clock) for it in (ports.vocabulary,) if it is not None
    ]

    def committed() -> None:
        for nudge in (relay.nudge, *(it.nudge for it in words), *(it.nudge for it in purgers)):
            nudge()

    files = Job(
        queue=POPULATOR_QUEUE,
        scope=ports.catalog.begin,
        handle=FileProjector(clock=ports.clock),
        after_commit=committed,
    )
    graph = Job(
        queue=GRAPH_QUEUE,
        scope=_no_scope,
        handle=GraphProjector(library=ports.library, graph=ports.graph),
    )
    dead = [
        Job(
            queue=f"{queue}.dead",
            scope=ports.catalog.begin,
            handle=DeadLetterKeeper(clock=ports.clock),
        )
        for queue in (CONSUMED if analysis is None else ALL_QUEUES)
    ]
    requeuer = Requeuer(
        letters=ports.dead_letters,
        bus=ports.bus,
        clock=ports.clock,
        metrics=ports.metrics,
        options=requeue,
    )
    return (
        relay,
        *(_runner(ports, files) for _ in range(ports.catalog.writers)),
        _runner(ports, graph),
        *(_runner(ports, it) for it in dead),
        requeuer,
        *words,
        *purgers,
        *(() if analysis is None else _analysis_services(ports, analysis, relay)),
    )


def _analysis_services(
    ports: PopulatePorts, keeping: AnalysisKeeping, relay: ChangesRelay
) -> Sequence[Service]:
    results = Job(
        queue=ENRICHED_QUEUE,
        scope=ports.catalog.begin,
        handle=AnalysisProjector(clock=ports.clock, specs=keeping.specs),
        after_commit=relay.nudge,
    )
    reconcile = ReconcilePorts(
        analyses=keeping.analyses,
        catalog=ports.catalog,
        control=keeping.control,
        bus=ports.bus,
        clock=ports.clock,
    )
    reconciler = Reconciler(ports=reconcile, specs=keeping.specs, options=keeping.options)
    matches = Job(
        queue=MATCHER_QUEUE,
        scope=_no_scope,
        handle=Matcher(
            fingerprints=keeping.fingerprints, similarity=keeping.similarity, clock=ports.clock
        ),
        after_commit=relay.nudge,
    )
    return (_runner(ports, results), _runner(ports, matches, _FEW), reconciler)


def _runner[S](
    ports: PopulatePorts, job: Job[S], options: RunnerOptions | None = None
) -> Runner[S]:
    return Runner(job=job, bus=ports.bus, clock=ports.clock, metrics=ports.metrics, options=options)


@asynccontextmanager
async def _no_scope() -> AsyncIterator[None]:
    yield
