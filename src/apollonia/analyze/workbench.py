"""One content on one worker, and what happens when the worker does not survive it.

Each result leaves the worker as soon as it is there. When the worker dies or falls silent, the
analyser it was at is tried again in a worker of its own, ``tries`` times at most; then it is failed
for this content, with the reason, and the others go on.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from apollonia.analyze.options import AnalyzeOptions
from apollonia.domain.analysis import AnalyserSpec
from apollonia.domain.times import parse_micros
from apollonia.media.workers.frames import path_to_text
from apollonia.media.workers.process import Program, WorkerLostError, WorkerProcess
from apollonia.media.workers.slot import WorkerSlot
from apollonia.messages import AnalysisResult, Work

_MODULE = "apollonia.analyze.worker"
_REASON_CHARACTERS = 2_000
_WORDS = {
    "timeout": "{name} took more than {limit:g} s, {tries} times",
    "crashed": "{name} crashed {tries} times",
}


def worker_slot(options: AnalyzeOptions) -> WorkerSlot:
    """A place for an analysis worker."""
    greeting = {"memory_limit_bytes": options.memory_limit_bytes, "nice": options.nice}
    return WorkerSlot(
        Program(_MODULE, greeting, options.start_time_limit_s, "analysis worker"),
        recycle_after=options.recycle_after,
        recycle_rss_bytes=options.recycle_rss_bytes,
    )


@dataclass(slots=True)
class Findings:
    """The results so far; ``obstacle``: why the content could not be looked at, if so.

    Obstacles are ``gone``, ``changed`` and ``unreadable``: nothing is said about the content then.
    """

    results: list[AnalysisResult] = field(default_factory=list)
    obstacle: str | None = None
    reason: str | None = None


class Workbench:
    """Cancelling kills the worker."""

    def __init__(self, slot: WorkerSlot, options: AnalyzeOptions) -> None:
        self._slot = slot
        self._options = options

    async def analyse(self, work: Work, wanted: Sequence[AnalyserSpec]) -> Findings:
        """A result of each wanted analyser, or an obstacle.

        Raises:
            MediaUnavailableError: no worker can be started.
        """
        left, findings = list(wanted), Findings()
        tries: Counter[str] = Counter()
        while left and findings.obstacle is None:
            lost = await self._attempt(work, left, findings)
            if lost is None:
                break
            if not left:  # it died after its last result
                break
            tries[left[0].name] += 1
            if tries[left[0].name] >= self._options.tries:
                findings.results.append(self._failed(work, left.pop(0), lost))
        return findings

    async def _attempt(
        self, work: Work, left: list[AnalyserSpec], findings: Findings
    ) -> WorkerLostError | None:
        """Ask for these; how the worker was lost, if it was."""
        try:
            worker = await self._slot.worker()
            await worker.send(_request(work, left))
            await self._receive(worker, work, left, findings)
        except WorkerLostError as lost:
            await self._slot.discard()
            return lost
        except (TypeError, ValueError, KeyError) as error:
            await self._slot.discard()
            return WorkerLostError("crashed", f"the worker talked nonsense: {error}")
        except BaseException:
            self._slot.drop()
            raise
        self._slot.drop_if_old()
        return None

    async def _receive(
        self, worker: WorkerProcess, work: Work, left: list[AnalyserSpec], findings: Findings
    ) -> None:
        opened = False  # until then it may have to hash the whole file
        while True:
            limit = self._limit(work, left[0]) if left and opened else self._options.time_limit_s
            answer = await worker.receive(limit)
            if answer.get("done", False):
                break
            if "opened" in answer:
                opened = True
                _note(answer, findings)
            else:
                findings.results.append(_result(answer["result"], left[0]))
                left.pop(0)
        if left and findings.obstacle is None:
            raise ValueError("it left analysers out")
        worker.handled += 1
        worker.rss_bytes = int(answer["rss"])

    def _limit(self, work: Work, spec: AnalyserSpec) -> float:
        if work.size is None:
            return self._options.time_limit_s
        return self._options.limit_for(spec, work.size)

    def _failed(self, work: Work, spec: AnalyserSpec, lost: WorkerLostError) -> AnalysisResult:
        limit, tries = self._limit(work, spec), self._options.tries
        words = _WORDS[lost.how].format(name=spec.name, limit=limit, tries=tries)
        return failed(spec, f"{words}; it is left alone until the content or {spec.name} changes.")


def failed(spec: AnalyserSpec, reason: str) -> AnalysisResult:
    """A result that says that there is none."""
    return AnalysisResult(
        analyser=spec.name,
        version=spec.version,
        status="failed",
        reason=reason[:_REASON_CHARACTERS],
    )


def _request(work: Work, wanted: Sequence[AnalyserSpec]) -> dict[str, Any]:
    return {
        "path": path_to_text(work.raw_path()),
        "sha256": work.sha256_hash,
        "size": work.size,
        "modified_us": None if work.modified_time is None else parse_micros(work.modified_time),
        "analysers": [spec.name for spec in wanted],
    }


def _note(answer: dict[str, Any], findings: Findings) -> None:
    outcome = answer["opened"]
    if outcome == "ok":
        return
    if outcome not in {"gone", "changed", "unreadable"}:
        raise ValueError(f"no such outcome: {outcome!r}")
    findings.obstacle = outcome
    findings.reason = str(answer.get("reason") or "")[:_REASON_CHARACTERS] or None


def _result(told: dict[str, Any], spec: AnalyserSpec) -> AnalysisResult:
    """A worker's answer, believed only about the analyser it was at."""
    if told["analyser"] != spec.name:
        raise ValueError(f"{told['analyser']!r} was not asked")
    reason = told.get("reason")
    return AnalysisResult(
        analyser=spec.name,
        version=spec.version,
        status=told["status"],
        reason=None if reason is None else str(reason)[:_REASON_CHARACTERS],
        data=told.get("data"),
    )
