"""What is to be done for pieces of work: what is known is told, the rest analysed or leased."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import batched
from time import perf_counter
from typing import Protocol

from apollonia.analyze.options import LONG_WORK_S, AnalyzeOptions
from apollonia.analyze.reporting import Report, Reporter
from apollonia.analyze.workbench import Findings, failed
from apollonia.domain.analysis import AnalyserSpec, lane_of, missing, wanted_for
from apollonia.errors import ApolloniaError, ConflictError
from apollonia.messages import AnalysisResult, Work, parse
from apollonia.observe.logs import get_logger
from apollonia.observe.metrics import Metrics
from apollonia.ports.analyses import Analyses
from apollonia.ports.bus import Delivery, Message
from apollonia.ports.control import Control, Lease
from apollonia.work.analysis_work import work_lease
from apollonia.work.job import RunnerOptions

log = get_logger(__name__)

_MAX_FAILURES = RunnerOptions().max_failures
_AT_ONCE = 8  # questions to the cache


@dataclass(frozen=True, slots=True)
class LongWork:
    """Work that was acknowledged, and is done under a lease."""

    work: Work
    wanted: tuple[AnalyserSpec, ...]
    message: Message
    lease: Lease


@dataclass(frozen=True, slots=True)
class Piece:
    """One message's work: who is to look at it, and what is known without."""

    delivery: Delivery
    work: Work
    wanted: tuple[AnalyserSpec, ...]
    known: tuple[AnalysisResult, ...] = ()


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
    """What one slot of a lane does with its work; ``Batch`` calls it, and settles the messages.

    ``long`` may hold work that was leased: its message can be acknowledged, and whoever runs the
    slot does it before he takes more.
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

    def read(self, delivery: Delivery) -> Piece:
        """What the message asks for.

        Raises:
            MalformedMessageError: it is no work.
        """
        work = parse(Work, delivery.message.body)
        wanted = wanted_for(work.kind, self._options.specs)
        if work.analysers is not None:
            wanted = [spec for spec in wanted if spec.name in work.analysers]
        return Piece(delivery, work, tuple(wanted))

    async def without_known(self, pieces: Sequence[Piece]) -> Sequence[Piece]:
        """Less is wanted of them where the record or the cache has results.

        Raises:
            CatalogUnavailableError: the record cannot be asked.
        """
        asked = {piece.work.sha256_hash for piece in pieces if not piece.work.force}
        recorded = await self._ports.analyses.recorded(asked) if asked else {}
        found: list[Piece] = []
        for some in batched(pieces, _AT_ONCE):
            left = [
                piece
                if piece.work.force
                else replace(
                    piece,
                    wanted=tuple(missing(piece.wanted, recorded.get(piece.work.sha256_hash, ()))),
                )
                for piece in some
            ]
            found += await asyncio.gather(*(self._without_cached(piece) for piece in left))
        return found

    async def _without_cached(self, piece: Piece) -> Piece:
        if piece.work.force:
            return piece
        left, known = [], []
        for spec in piece.wanted:
            cached = await self._ports.reporter.cached(piece.work, spec)
            if cached is None:
                left.append(spec)
            else:
                known.append(cached)
        return replace(piece, wanted=tuple(left), known=tuple(known))

    def known(self, piece: Piece) -> Report:
        """What is told again without any work: the catalog may have lost it."""
        if not piece.wanted:
            self._count("known")
        return self._ports.reporter.report(piece.work, piece.known)

    def is_long(self, piece: Piece) -> bool:
        """Whether it may take longer than a message can be held."""
        limits = (
            self._options.time_limit_s
            if piece.work.size is None
            else self._options.limit_for(spec, piece.work.size, piece.work.minutes)
            for spec in piece.wanted
        )
        return self._options.tries * sum(limits) > LONG_WORK_S

    async def lease(self, piece: Piece) -> None:
        """Take it on as ``long``, unless somebody is at it; then he does it."""
        name = work_lease(piece.work.sha256_hash, lane_of(piece.work.kind))  # the urgent one too
        try:
            lease = await self._ports.control.acquire(name, self._holder, self._options.lease_s)
        except ConflictError:
            self._count("elsewhere")  # if he fails, it is queued again
            return
        self.long = LongWork(piece.work, piece.wanted, piece.delivery.message, lease)

    async def look(self, piece: Piece) -> Report:
        """Analyse; the report has only what was known when the content could not be looked at.

        Raises:
            Unavailable: no worker can be started.
            Exception: a fault of ours, and the message may come again.
        """
        try:
            return await self._look(piece.work, piece.wanted, piece.known)
        except ApolloniaError:
            raise
        except Exception as error:
            if piece.delivery.attempts + 1 < _MAX_FAILURES:
                raise
            return self._given_up(piece.work, piece.wanted, error, piece.known)

    async def tell(self, reports: Sequence[Report]) -> None:
        """Tell what was found.

        Raises:
            BusUnavailableError: nothing, or only a part, was told.
        """
        await self._ports.reporter.tell(reports)

    async def do(self, work: Work, wanted: Sequence[AnalyserSpec]) -> None:
        """Analyse, and tell what was found.

        Raises:
            Unavailable: no worker can be started, or the bus is away.
        """
        await self.tell([await self._look(work, wanted)])

    async def give_up(self, work: Work, wanted: Sequence[AnalyserSpec], error: Exception) -> None:
        """A fault of ours, and not the first: the content is failed, or it would come for ever."""
        await self.tell([self._given_up(work, wanted, error)])

    def _given_up(
        self,
        work: Work,
        wanted: Sequence[AnalyserSpec],
        error: Exception,
        known: Sequence[AnalysisResult] = (),
    ) -> Report:
        log.error("work failed for good", sha256=work.sha256_hash, exc_info=error)
        reason = f"The analyser itself failed ({type(error).__name__}: {error})."
        self._count("failed")
        return self._ports.reporter.report(
            work, [*known, *(failed(spec, reason) for spec in wanted)]
        )

    async def _look(
        self, work: Work, wanted: Sequence[AnalyserSpec], known: Sequence[AnalysisResult] = ()
    ) -> Report:
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
            return self._ports.reporter.report(work, known)
        self._count(_outcome(findings))
        return self._ports.reporter.report(work, [*known, *findings.results])

    def _count(self, outcome: str) -> None:
        self._ports.metrics.analyses.labels(self._lane, outcome).inc()


def _outcome(findings: Findings) -> str:
    statuses = {result.status for result in findings.results}
    return "done" if statuses == {"done"} else "partial" if "done" in statuses else "failed"
