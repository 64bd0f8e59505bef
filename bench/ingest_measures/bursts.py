"""Two thousand files of 100 KiB copied into a watched root: into one folder, and into twenty.

From the start of ``cp`` to the last event confirmed by the embedded bus, and what the events say.
The folders are there and watched, the media workers have started. A third layout lets ``cp`` make
its twenty folders: files that were written before their folder was watched have to settle, so the
settle time is taken off.
``bursts_rabbit`` does the same over RabbitMQ.
"""

import hashlib
import os
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import xxhash

from apollonia.config import Settings
from ingest_measures import baselines
from ingest_measures.ground import Ground
from ingest_measures.running import RunningIngest
from report import Measure, median

FILES = 2000
_BYTES = 100 << 10
_WARMING = 256  # files that are there before: enough for a batch to each worker
_AFTERMATH_S = 3.0  # beyond the settle time and the folder's rest: a second event would be out
_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Layout:
    folders: int
    words: str
    made_before: bool = True


LAYOUTS = (
    Layout(1, "one folder"),
    Layout(20, "20 folders"),
    Layout(20, "20 new folders, beyond the settle time", made_before=False),
)


@dataclass(frozen=True, slots=True)
class Burst:
    """One copy: files a second, those of ``cp`` alone and of one thread that only hashes."""

    rate: float
    copying: float
    hashing: float
    missing: int
    wrong: int
    repeated: int

    @property
    def ratio(self) -> float:
        return self.rate / self.hashing


def measure(ground: Ground) -> list[Measure]:
    """Median of the ratios for the rate; the worst repetition for what must not happen."""
    return [one for number in range(len(LAYOUTS)) for one in _measure(ground, number)]


def _measure(ground: Ground, number: int) -> list[Measure]:
    layout = LAYOUTS[number]
    source = make_files(ground.fresh(f"burst-source-{number}"), layout.folders)
    bursts = [burst(ground, source, f"{number}-{n}", layout) for n in range(ground.repeat)]
    shutil.rmtree(source)
    ratio, limit = median([b.ratio for b in bursts]), median([b.hashing for b in bursts])
    faults = max(b.missing + b.repeated for b in bursts)
    wrong = max(b.wrong for b in bursts)
    name = f"{FILES} x 100 KiB copied into {layout.words}"
    return [
        Measure(measure=f"{name}: until all are published", value=ratio * limit, unit="files/s",
                against="reading and hashing alone, one thread", limit=limit,
                target=f">= {_SHARE} of it", holds=ratio >= _SHARE),
        Measure(measure=f"{name}: the worst of {len(bursts)}",
                value=min(b.rate for b in bursts), unit="files/s", against="cp -r alone",
                limit=median([b.copying for b in bursts]), target="reported", holds=True),
        Measure(measure=f"{name}: files without exactly one event", value=faults, unit="files",
                against="files", limit=FILES, target="0", holds=faults == 0),
        Measure(measure=f"{name}: files with another hash", value=wrong, unit="files",
                against="files", limit=FILES, target="0", holds=wrong == 0),
    ]  # fmt: skip


def make_files(source: Path, folders: int) -> Path:
    """The files to be copied."""
    content = os.urandom(_BYTES)
    for number in range(FILES):
        folder = source / f"folder {number % folders}"
        folder.mkdir(exist_ok=True)
        (folder / f"{number:05d}.bin").write_bytes(number.to_bytes(8) + content[8:])
    return source


def burst(
    ground: Ground,
    source: Path,
    name: str,
    layout: Layout,
    environment: Mapping[str, str] | None = None,
) -> Burst:
    """One start over a root with a few files, one copy, one stop."""
    paths = baselines.files_below(source)
    root, alone = ground.fresh(f"burst-{name}"), ground.fresh(f"burst-alone-{name}")
    copying = FILES / _copy(source, alone)
    shutil.rmtree(alone)
    hashing = baselines.hash_small(paths)
    warming = _warm(ground, root)
    if layout.made_before:
        for folder in source.iterdir():
            (root / folder.name).mkdir()
    data = ground.base / f"burst-data-{name}"
    ingest = RunningIngest(root, data, noted=True, environment=environment)
    with ingest:
        ingest.wait_scanned(60)
        ingest.wait_for(lambda: ingest.published() >= warming, 60, "the files there before")
        os.sync()  # what was written before is not this copy's to wait for
        began = time.monotonic()
        _copy(source, root)
        ingest.wait_for(lambda: ingest.published() >= warming + FILES, 120, f"{FILES} events")
        time.sleep(_AFTERMATH_S)
    notes = [note for note in ingest.notes()[warming:] if note[0] > began]
    expected = {str(root / path.relative_to(source)): _digests(path) for path in paths}
    shutil.rmtree(root)
    told = Counter(event["file_path"] for _at, event in notes)
    first = {event["file_path"]: at for at, event in reversed(notes)}
    wrong = {
        event["file_path"]
        for _at, event in notes
        if (event["sha256_hash"], event["xxh128_hash"]) != expected.get(event["file_path"])
        or event["event_type"] != "IN_CREATE"
    }
    seconds = max(first.values()) - began
    if not layout.made_before:
        seconds -= Settings().ingest.settle_seconds
    return Burst(
        rate=FILES / seconds if seconds > 0 else copying,
        copying=copying,
        hashing=hashing,
        missing=len(expected.keys() - told.keys()),
        wrong=len(wrong),
        repeated=sum(count > 1 for count in told.values()),
    )


def _warm(ground: Ground, root: Path) -> int:
    """Some files to begin with, so that every worker has started; how many."""
    for number, path in enumerate(baselines.files_below(ground.corpus)[:_WARMING]):
        shutil.copy(path, root / f"{number:03d}{path.suffix}")
    time.sleep(1.2)  # they have settled when the scan sees them
    return min(_WARMING, ground.files)


def _copy(source: Path, target: Path) -> float:
    began = time.perf_counter()
    subprocess.run(["cp", "-r", f"{source}/.", str(target)], check=True, timeout=60)
    return time.perf_counter() - began


def _digests(path: Path) -> tuple[str, str]:
    content = path.read_bytes()
    return hashlib.sha256(content).hexdigest(), xxhash.xxh3_128_hexdigest(content)
