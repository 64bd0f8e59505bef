"""One piece of work: what is known is told, the rest analysed; what may take long is leased."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

from apollonia.analyze.options import LONG_WORK_S, AnalyzeOptions
from apollonia.analyze.reporting import Reporter
from apollonia.analyze.workbench import Findings, failed
from apollonia.domain.analysis import AnalyserSpec, lane_of, missing, wanted_for
from apollonia.errors import ApolloniaError, ConflictError
from apollonia.messages import Work, parse
from apollonia.observe.logs import get_logger
from apollonia.observe.metrics import Metrics
from apollonia.ports.analyses import Analyses
from apollonia.ports.bus import Delivery, Message
from apollonia.ports.control import Control, Lease
from apollonia.work.analysis_work import work_lease
from apollonia.work.job import RunnerOptions

log = get_logger(__name__)

_MAX_FAILURES = RunnerOptions().max_failures


@dataclass(frozen=True, slots=True)
class LongWork:
    """Work that was acknowledged, and is done under a lease."""

    work: Work
    wanted: tuple[AnalyserSpec, ...]
    message: Message
    lease: Lease


class Bench(Protocol):
    """Where contents are looked at: ``Workbench``."""

    async def analyse(self, work: Work, wanted: Sequence[AnalyserSpec]) -> Findings:
        """A result of each wanted analyser, or an obstacle."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlingPorts:
    """What the handler asks and tells."""

    analyses: Analyses
    control: Control
    reporter: Reporter
    metrics: Metrics


class WorkHandler:
    """The handler of one slot of a lane: one message at a time.

    After it has returned ``long`` may hold work: its message can be acknowledged, and whoever runs
    the slot does it before he takes another one.
    """

    def __init__(
        self,
        *,
        lane: str,
        slot: str,
        bench: Bench,
        ports: HandlingPorts,
        options: AnalyzeOptions,
    ) -> None:
        self.long: LongWork | None = None
        self._lane = lane
        self._holder = f"{options.holder}:{slot}"
        self._bench = bench
        self._ports = ports
        self._options = options

    async def __call__(self, scope: None, deliveries: Sequence[Delivery]) -> None:  # noqa: ARG002 - no transaction of ours
        """Do it, or take a lease on it."""
        for delivery in deliveries:
            await self._handle(delivery)

    async def _handle(self, delivery: Delivery) -> None:
        work = parse(Work, delivery.message.body)
        wanted = await self._wanted(work)
        if not wanted:
            self._count("known")
            return
        if self._worst_s(work, wanted) > LONG_WORK_S:
            await self._lease(work, wanted, delivery.message)
            return
        try:
            await self.do(work, wanted)
        except ApolloniaError:
            raise
        except Exception as error:
            if delivery.attempts + 1 < _MAX_FAILURES:
                raise
            await self.give_up(work, wanted, error)

    async def give_up(self, work: Work, wanted: Sequence[AnalyserSpec], error: Exception) -> None:
        """A fault of ours, and not the first: the content is failed, or it would come for ever."""
        log.error("work failed for good", sha256=work.sha256_hash, exc_info=error)
        reason = f"The analyser itself failed ({type(error).__name__}: {error})."
        await self._ports.reporter.report(work, [failed(spec, reason) for spec in wanted])
        self._count("failed")

    async def do(self, work: Work, wanted: Sequence[AnalyserSpec]) -> None:
        """Analyse, and tell what was found.

        Raises:
            Unavailable: no worker can be started, or the bus is away.
        """
        began = perf_counter()
        findings = await self._bench.analyse(work, wanted)
        self._ports.metrics.analysis_seconds.labels(self._lane).observe(perf_counter() - began)
        if findings.obstacle is not None:
            log.info(
                "content not analysed",
                path=work.file_path,
                why=findings.obstacle,
                reason=findings.reason,
            )
            self._count(findings.obstacle)
            return
        await self._ports.reporter.report(work, findings.results)
        self._count(_outcome(findings))

    async def _wanted(self, work: Work) -> tuple[AnalyserSpec, ...]:
        """Who is to look at it; what is known from before is told at once."""
        wanted = wanted_for(work.kind, self._options.specs)
        if work.analysers is not None:
            wanted = [spec for spec in wanted if spec.name in work.analysers]
        if work.force:
            return tuple(wanted)
        recorded = await self._ports.analyses.recorded((work.sha256_hash,))
        left, known = [], []
        for spec in missing(wanted, recorded.get(work.sha256_hash, ())):
            cached = await self._ports.reporter.cached(work, spec)
            if cached is None:
                left.append(spec)
            else:
                known.append(cached)
        await self._ports.reporter.report(work, known)
        return tuple(left)

    def _worst_s(self, work: Work, wanted: Sequence[AnalyserSpec]) -> float:
        limits = (
            self._options.time_limit_s
            if work.size is None
            else self._options.limit_for(spec, work.size)
            for spec in wanted
        )
        return self._options.tries * sum(limits)

    async def _lease(self, work: Work, wanted: tuple[AnalyserSpec, ...], message: Message) -> None:
        name = work_lease(work.sha256_hash, lane_of(work.kind))  # the urgent one too
        try:
            lease = await self._ports.control.acquire(name, self._holder, self._options.lease_s)
        except ConflictError:
            self._count("elsewhere")  # somebody is at it; if he fails, it is queued again
            return
        self.long = LongWork(work, wanted, message, lease)

    def _count(self, outcome: str) -> None:
        self._ports.metrics.analyses.labels(self._lane, outcome).inc()


def _outcome(findings: Findings) -> str:
    statuses = {result.status for result in findings.results}
    return "done" if statuses == {"done"} else "partial" if "done" in statuses else "failed"
