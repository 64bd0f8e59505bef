"""The first scan of twenty thousand small tagged files, on two cores, and what it takes of memory.

``apollonia ingest`` itself: walked, hashed and probed, every event durable in the index, while the
publisher passes the events on to the embedded bus beside it.
"""

import shutil
import threading
from dataclasses import dataclass

from apollonia.messages import POPULATOR_QUEUE
from ingest_measures import baselines
from ingest_measures.ground import Ground
from ingest_measures.processes import own_mib, peak_mib, tree_cpu_seconds
from ingest_measures.queues import depth
from ingest_measures.running import RunningIngest
from report import Measure, median

_CORES = 2
_RATE = 2000
_MAIN_MIB = 150
_WORKER_MIB = 100
_SAMPLE_S = 0.25


@dataclass(frozen=True, slots=True)
class _Run:
    """One first scan; ``worker`` is the most that any media worker ever had."""

    seconds: float
    cpu_seconds: float
    main_mib: float
    worker_mib: float
    worker_own_mib: float


def measure(ground: Ground) -> list[Measure]:
    """The worst and the middle repetition, both held to the target; memory by the worst."""
    bare = baselines.hash_small(baselines.files_below(ground.corpus))
    runs = [_run(ground, number) for number in range(ground.repeat)]
    rates = [ground.files / run.seconds for run in runs]
    against, name = "reading and hashing alone, one thread", f"first scan of {ground.files} files"
    own = max(run.worker_own_mib for run in runs)
    return [
        Measure(measure=f"{name}, until durable: {which} of {len(runs)}", value=rate,
                unit="files/s", against=against, limit=bare, target=f">= {_RATE}",
                holds=rate >= _RATE)
        for which, rate in (("worst", min(rates)), ("median", median(rates)))
    ] + [
        Measure(measure=f"CPU per file with the start, {name}",
                value=median([run.cpu_seconds for run in runs]) / ground.files * 1000, unit="ms",
                against=against, limit=1000 / bare, target="reported", holds=True),
        _memory(f"main process at its peak (VmHWM), {name}",
                max(run.main_mib for run in runs), _MAIN_MIB),
        _memory(f"media worker at its peak (VmHWM; Pss {own:.0f}), {name}",
                max(run.worker_mib for run in runs), _WORKER_MIB),
    ]  # fmt: skip


def _memory(name: str, value: float, limit: float) -> Measure:
    return Measure(measure=f"memory of the {name}", value=value, unit="MiB", against="asked for",
                   limit=limit, target=f"<= {limit}", holds=value <= limit)  # fmt: skip


def _run(ground: Ground, number: int) -> _Run:
    data = ground.base / f"first-{number}"
    with RunningIngest(ground.corpus, data, cores=_CORES) as ingest:
        workers = _Workers(ingest)
        workers.start()
        before = tree_cpu_seconds(ingest.pid)
        seconds = ingest.wait_scanned(300)
        cpu = tree_cpu_seconds(ingest.pid) - before
        workers.finish()
        queue = data / "bus.db"
        ingest.wait_for(lambda: depth(queue, POPULATOR_QUEUE) == ground.files, 60, "the events")
        run = _Run(seconds, cpu, peak_mib(ingest.pid), workers.peak, workers.own)
    shutil.rmtree(data)
    return run


class _Workers(threading.Thread):
    """Looks at the media workers now and then: they come and go."""

    def __init__(self, ingest: RunningIngest) -> None:
        super().__init__(daemon=True)
        self._ingest = ingest
        self._done = threading.Event()
        self.peak = 0.0
        self.own = 0.0

    def run(self) -> None:
        while not self._done.wait(_SAMPLE_S):
            self._look()

    def finish(self) -> None:
        self._done.set()
        self.join(10)
        self._look()
        assert self.peak, "no media worker was seen"

    def _look(self) -> None:
        for pid in self._ingest.workers:
            self.peak = max(self.peak, peak_mib(pid))
            self.own = max(self.own, own_mib(pid))
