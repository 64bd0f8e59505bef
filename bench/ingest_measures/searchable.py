"""From an empty data folder to "searchable", and the same again with nothing changed.

Drives a whole ``apollonia up`` in its own processes over generated, tagged files; each figure
stands beside what the bare work costs on this machine in the same run.
"""

import json
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from apollonia.testing.installation import Installation
from corpus import make_corpus
from ingest_measures import baselines
from ingest_measures.ground import Ground
from ingest_measures.processes import tree_cpu_seconds
from report import Measure, median, percentile

_LITTLE = 1000


def measure(ground: Ground) -> list[Measure]:
    """Medians; of the page's latency the worst repetition."""
    little = ground.fresh("little")
    make_corpus(little, _LITTLE)
    paths = baselines.files_below(ground.corpus)
    bare = median([baselines.hash_small(paths) for _ in range(3)])
    find = baselines.find(ground.corpus)
    smalls = [first_scan(little, _LITTLE, ground.base / f"small{n}") for n in range(ground.repeat)]
    small = sorted(smalls, key=lambda run: run.cpu_seconds)[len(smalls) // 2]
    start = median([empty_start(ground.base) for _ in range(ground.repeat)])
    runs, again = [], []
    for n in range(ground.repeat):
        data = ground.base / f"data{n}"
        runs.append(first_scan(ground.corpus, ground.files, data))
        again.append(unchanged_scan(ground.corpus, ground.files, data))
        print(runs[-1], again[-1], sep="\n")
    return measures(runs, again, small, start, bare, find)


@dataclass(frozen=True, slots=True)
class Run:
    """One start of Apollonia over ``files`` files."""

    files: int
    seconds: float
    cpu_seconds: float
    scan_seconds: float
    page_p95_ms: float
    requests: int


class PageReader(threading.Thread):
    """A person who looks at the library all the time: ten pages of 50 a second."""

    def __init__(self, installation: Installation) -> None:
        super().__init__(daemon=True)
        self._installation = installation
        self._done = threading.Event()
        self.milliseconds: list[float] = []

    def run(self) -> None:
        while not self._done.wait(0.1):
            began = time.perf_counter()
            self._installation.get("/files", limit=50, kind=["audio", "video", "image"])
            self.milliseconds.append((time.perf_counter() - began) * 1000)

    def finish(self) -> list[float]:
        self._done.set()
        self.join(30)
        return self.milliseconds


def first_scan(corpus: Path, files: int, data: Path) -> Run:
    """Start with an empty data folder; ends when the last file can be searched."""
    installation = Installation([corpus], data)
    token = installation.token()  # made before the start, so that it costs nothing in between
    assert token
    began = time.perf_counter()
    with installation:
        reader = PageReader(installation)
        reader.start()
        installation.wait_for(lambda: searchable(installation) >= files, 600, f"{files} files")
        seconds = time.perf_counter() - began
        cpu = tree_cpu_seconds(installation.pid)
        latencies = reader.finish()
        installation.wait_scanned()
    scan = scan_seconds(installation.log_path)
    p95 = percentile(latencies, 0.95) if latencies else 0.0
    return Run(files, seconds, cpu, scan, p95, len(latencies))


def searchable(installation: Installation) -> int:
    """How many files a search for a word that all of them carry finds (a count beyond 10,000)."""
    stats = installation.get("/stats")
    found = int(stats["by_kind"].get("audio", 0))
    page = installation.get("/files", q="made", limit=1)
    return found if page["items"] else 0


def empty_start(base: Path) -> float:
    """CPU seconds of starting and settling with nothing to catalog: no file pays for these."""
    nothing = base / "nothing"
    nothing.mkdir(exist_ok=True)
    with Installation([nothing], base / "empty") as installation:
        installation.wait_scanned()
        return tree_cpu_seconds(installation.pid)


def unchanged_scan(corpus: Path, files: int, data: Path) -> Run:
    """Start again over the same data folder; ends with the scan."""
    installation = Installation([corpus], data)
    installation.log_path.unlink(missing_ok=True)
    began = time.perf_counter()
    with installation:
        installation.wait_scanned()
        seconds = time.perf_counter() - began
        cpu = tree_cpu_seconds(installation.pid)
    return Run(files, seconds, cpu, scan_seconds(installation.log_path), 0.0, 0)


def scan_seconds(log: Path) -> float:
    """What the ingestor itself measured from the start of its first scan to its end."""
    for line in log.read_text().splitlines():
        if line.startswith("{") and '"scan finished"' in line:
            return float(json.loads(line)["seconds"])
    raise AssertionError(f"no scan was logged in {log}")


def measures(
    runs: list[Run], again: list[Run], small: Run, start: float, bare: float, find: float
) -> list[Measure]:
    """The figures that the catalog's first issue asks for."""
    files = runs[0].files
    rate = files / median([r.seconds for r in runs])
    cpu_ms = median([r.cpu_seconds for r in runs]) / files * 1000
    flat_ms = (median([r.cpu_seconds for r in runs]) - start) / files * 1000
    small_ms = (small.cpu_seconds - start) / small.files * 1000
    rescan = files / median([r.scan_seconds for r in again])
    again_ms = median([r.cpu_seconds for r in again]) / files * 1000
    p95 = max(r.page_p95_ms for r in runs)
    hashing, listing = "reading and hashing alone, one thread", "find -printf"
    return [
        Measure(measure=f"first scan of {files} files, start to searchable", value=rate,
                unit="files/s", against=hashing, limit=bare, target=">= 1000", holds=rate >= 1000),
        Measure(measure="CPU per file, first scan", value=cpu_ms, unit="ms", against=hashing,
                limit=1000 / bare, target="reported", holds=True),
        Measure(measure=f"CPU per file at {files}, without the start", value=flat_ms, unit="ms",
                against=f"the same at {small.files} files", limit=small_ms,
                target="<= 1.25 of it", holds=flat_ms <= 1.25 * small_ms),
        Measure(measure="unchanged, from the start of the scan", value=rescan, unit="files/s",
                against=listing, limit=find, target=">= 50000", holds=rescan >= 50_000),
        Measure(measure="CPU per file, second start with nothing changed", value=again_ms,
                unit="ms", against=hashing, limit=1000 / bare, target="reported", holds=True),
        Measure(measure="/files p95 while the scan runs", value=p95, unit="ms",
                against="what is asked for", limit=100, target="< 100", holds=p95 < 100),
    ]  # fmt: skip
