"""One content on one worker, and what happens when the worker does not survive it.

Each result leaves the worker as soon as it is there. When the worker dies or falls silent, what it
was at is tried again in a worker of its own, ``tries`` times at most; then it is failed for this
content, with the reason, and the others go on. It is at an analyser, or prepares an input: then all
who need that input are failed.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from apollonia.analyze import registry
from apollonia.analyze.options import AnalyzeOptions
from apollonia.analyze.plugin import INPUT_COSTS, Input
from apollonia.domain.analysis import AnalyserSpec
from apollonia.domain.times import parse_micros
from apollonia.media.faults import OUT_OF_MEMORY
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
    greeting = {
        "memory_limit_bytes": options.memory_limit_bytes,
        "nice": options.nice,
        "settings": options.settings.to_json(),
    }
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
        task = _Task(work, left=list(wanted))
        tries: Counter[str] = Counter()
        while task.left and task.findings.obstacle is None:
            lost = await self._attempt(task)
            if lost is None or not task.left:  # perhaps it died after its last result
                break
            tries[task.at] += 1
            if tries[task.at] >= self._options.tries:
                self._fail(task, lost)
        return task.findings

    async def _attempt(self, task: "_Task") -> WorkerLostError | None:
        """Ask for what is left; how the worker was lost, if it was."""
        task.preparing = None
        try:
            worker = await self._slot.worker()
            await worker.send(_request(task.work, task.left))
            await self._receive(worker, task)
        except WorkerLostError as lost:
            await self._slot.discard()
            return lost
        except (TypeError, ValueError, KeyError) as error:
            await self._slot.discard()
            return WorkerLostError("crashed", f"the worker talked nonsense: {error}")
        except BaseException:
            self._slot.drop()
            raise
        if any(result.reason == OUT_OF_MEMORY for result in task.findings.results):
            self._slot.drop()  # what it still holds would be wanting for the next content
        else:
            self._slot.drop_if_old()
        return None

    async def _receive(self, worker: WorkerProcess, task: "_Task") -> None:
        opened = False  # until then it may have to hash the whole file
        while True:
            limit = self._limit(task) if opened else self._options.time_limit_s
            answer = await worker.receive(limit)
            if answer.get("done", False):
                break
            if "opened" in answer:
                opened = True
                _note(answer, task.findings)
            elif "preparing" in answer:
                task.preparing = None if answer["preparing"] is None else Input(answer["preparing"])
            else:
                task.findings.results.append(_result(answer["result"], task.left[0]))
                task.left.pop(0)
        if task.left and task.findings.obstacle is None:
            raise ValueError("it left analysers out")
        worker.handled += 1
        worker.rss_bytes = int(answer["rss"])

    def _limit(self, task: "_Task") -> float:
        """For what the worker is at."""
        work, options = task.work, self._options
        if work.size is None or not task.left:
            return options.time_limit_s
        if task.preparing is not None:
            return options.limit_of(INPUT_COSTS[task.preparing], work.size, work.minutes)
        return options.limit_for(task.left[0], work.size, work.minutes)

    def _fail(self, task: "_Task", lost: WorkerLostError) -> None:
        """No more tries for what the worker was at."""
        given = task.preparing
        if given is None:
            hit = [task.left[0]]
        else:
            chosen = registry.chosen(task.work.kind)
            hit = [spec for spec in task.left if given in chosen[spec.name].inputs] or [
                task.left[0]
            ]
        name = task.left[0].name if given is None else f"decoding its {given}"
        words = _WORDS[lost.how].format(
            name=name, limit=self._limit(task), tries=self._options.tries
        )
        for spec in hit:
            reason = f"{words}; it is left alone until the content or {spec.name} changes."
            task.findings.results.append(failed(spec, reason))
            task.left.remove(spec)


@dataclass(slots=True)
class _Task:
    """What is wanted, left and found of one content; ``preparing``: what the worker makes now."""

    work: Work
    left: list[AnalyserSpec]
    findings: Findings = field(default_factory=Findings)
    preparing: Input | None = None

    @property
    def at(self) -> str:
        """What the worker was at."""
        return f"input {self.preparing}" if self.preparing else self.left[0].name


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
        "kind": work.kind,
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
