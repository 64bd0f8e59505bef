"""From a file that is complete to its event, on a system that is otherwise idle.

Small tagged files, one every 50 to 300 ms: written and closed, or moved in, which is told at once;
and hard links, which nobody closes, so that the settle time has to pass first. Ends when the
embedded bus has confirmed the event.
"""

import os
import random
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from apollonia.config import Settings
from ingest_measures import baselines
from ingest_measures.ground import Ground
from ingest_measures.running import RunningIngest
from report import Measure, median, percentile

_FILES = 200
_LINKS = 40
_PAUSES_S = (0.05, 0.3)
_LIMIT_MS = 150
_FOLDERS = 10


def measure(ground: Ground) -> list[Measure]:
    """One run: p95 of each way in which a file becomes complete."""
    root, beside = ground.fresh("latency"), ground.fresh("latency-beside")
    for number in range(_FOLDERS):
        (root / f"folder {number}").mkdir()
    originals = baselines.files_below(ground.corpus)[: _FILES + _LINKS]
    sources = [
        Path(shutil.copy(path, beside / f"{n}{path.suffix}")) for n, path in enumerate(originals)
    ]
    ingest = RunningIngest(root, ground.base / "latency-data", noted=True)
    complete: dict[str, tuple[str, float]] = {}
    with ingest:
        ingest.wait_scanned(60)
        time.sleep(1.0)
        for number, source in enumerate(sources):
            way, arrive = _way(number)
            target = root / f"folder {number % _FOLDERS}" / source.name
            complete[str(target)] = (way, arrive(source, target))
            time.sleep(random.uniform(*_PAUSES_S))
        total = len(sources)
        ingest.wait_for(lambda: ingest.published() >= total, 30, f"{total} events")
    latencies: dict[str, list[float]] = {}
    for at, event in ingest.notes():
        way, since = complete.pop(event["file_path"])  # a second event for one file: a KeyError
        latencies.setdefault(way, []).append((at - since) * 1000)
    settle_ms = Settings().ingest.settle_seconds * 1000
    quick = latencies["closed"] + latencies["moved in"]
    linked = [late - settle_ms for late in latencies["linked"]]
    return [
        _measure(f"{_FILES} files closed or moved in", quick),
        _measure("those written and closed", latencies["closed"]),
        _measure("those moved in", latencies["moved in"]),
        _measure(f"{_LINKS} hard links, beyond the settle time", linked),
    ]


def _way(number: int) -> tuple[str, Callable[[Path, Path], float]]:
    if number >= _FILES:
        return "linked", _link
    return ("closed", _write) if number % 2 else ("moved in", _move)


def _write(source: Path, target: Path) -> float:
    content = source.read_bytes()
    with target.open("wb", buffering=0) as file:
        file.write(content)
        return time.monotonic()  # the file is closed right after it


def _move(source: Path, target: Path) -> float:
    began = time.monotonic()
    source.rename(target)
    return began


def _link(source: Path, target: Path) -> float:
    began = time.monotonic()
    os.link(source, target)
    return began


def _measure(what: str, milliseconds: Sequence[float]) -> Measure:
    p95 = percentile(milliseconds, 0.95)
    middle = median(milliseconds)
    return Measure(measure=f"complete to published, {what}: p95 (median {middle:.0f})",
                   value=p95, unit="ms", against="asked for", limit=_LIMIT_MS,
                   target=f"< {_LIMIT_MS}", holds=p95 < _LIMIT_MS)  # fmt: skip
