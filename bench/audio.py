"""What hearing costs: stages of a three-minute track, beside the bare library calls of this run.

python bench/audio.py [--seconds 180]

``docs/benchmarks.md`` says what each measure means.
"""

import argparse
import asyncio
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as workers have it

import numpy as np

from apollonia.adapters.cache import LocalCache
from apollonia.analyze import registry
from apollonia.analyze.material import Material
from apollonia.analyze.options import AnalyzeOptions
from apollonia.analyze.reporting import Reporter
from apollonia.analyze.work_settings import WorkSettings
from apollonia.analyze.workbench import Workbench, worker_slot
from apollonia.domain.analysis import AnalyserSpec
from apollonia.domain.kinds import Kind
from apollonia.domain.times import format_nanos
from apollonia.media.reading import open_regular
from apollonia.media.workers.process import WorkerProcess
from apollonia.media.workers.slot import WorkerSlot
from apollonia.observe.logs import configure_logs
from apollonia.observe.metrics import Metrics
from apollonia.testing.builders import a_work
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_bus import MemoryBus
from apollonia.testing.songs import RATE, chord_track, drum_track
from apollonia.testing.sounds import write_sound
from report import Measure, median, write


def main() -> int:
    """Measure and report; 4: a target does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=180.0)
    options = parser.parse_args()
    configure_logs(level="ERROR", form="console")
    with tempfile.TemporaryDirectory() as folder:
        track = a_track(Path(folder), options.seconds)
        measures = stages(track, options.seconds)
        measures += asyncio.run(workers(Path(folder), track, options.seconds))
        measures += asyncio.run(cached())
    return write("audio", measures)


def a_track(folder: Path, seconds: float, seed: int = 0) -> Path:
    """Drums and chords as MP3 in stereo."""
    song = 0.5 * drum_track(124.0, seconds, seed=seed) + chord_track(
        "A", "minor", 124.0, seconds, seed=seed
    )
    left = np.stack((song, np.roll(song, 20)))
    return write_sound(folder / f"track{seed}.mp3", 0.8 * left / np.abs(left).max(), RATE)


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Seconds of this thread's processor, and what came out: others share the machine."""
    began = time.process_time()
    found = work()
    return time.process_time() - began, found


def bare(track: Path) -> dict[str, float]:
    """The library calls alone: PyAV to both rates, ebur128, essentia."""
    import av  # noqa: PLC0415 - with the seconds it takes
    from av.filter import Graph  # noqa: PLC0415 - as above
    from essentia import standard  # noqa: PLC0415 - as above

    def decode() -> np.ndarray:
        with av.open(str(track)) as container:
            rates = [
                av.AudioResampler(format="fltp", layout="mono", rate=rate)
                for rate in (44_100, 16_000)
            ]
            parts: list[list[np.ndarray]] = [[], []]
            for frame in container.decode(audio=0):
                for resampler, part in zip(rates, parts, strict=True):
                    part += [one.to_ndarray()[0] for one in resampler.resample(frame)]
        return np.concatenate(parts[0])

    def loudness() -> None:
        with av.open(str(track)) as container:
            graph = Graph()
            source = graph.add_abuffer(template=container.streams.audio[0])
            filter_ = graph.add("ebur128", "peak=true:metadata=1:framelog=quiet")
            sink = graph.add("abuffersink")
            source.link_to(filter_)
            filter_.link_to(sink)
            graph.configure()
            for frame in container.decode(audio=0):
                source.push(frame)
                while True:
                    try:
                        sink.pull()
                    except (av.BlockingIOError, av.EOFError):
                        break

    seconds: dict[str, float] = {}
    seconds["decode"], samples = timed(decode)
    plain, _ = timed(lambda: sum(f.samples for f in av.open(str(track)).decode(audio=0)))
    seconds["loudness"] = max(0.0, timed(loudness)[0] - plain)
    rhythm = standard.RhythmExtractor2013(method="multifeature")
    seconds["tempo"], _ = timed(lambda: rhythm(samples))
    key = standard.KeyExtractor(profileType="edma")
    seconds["key"], _ = timed(lambda: key(samples))
    seconds["fingerprint"], _ = timed(lambda: standard.Chromaprinter()(samples))
    return seconds


def ours(track: Path, names: list[str]) -> dict[str, float]:
    """Each stage of ours, in one visit."""
    seconds: dict[str, float] = {}
    with open_regular(bytes(track)) as file:
        plugins = registry.chosen(Kind.AUDIO)
        material = Material(
            file, name=track.name, kind=Kind.AUDIO, settings=WorkSettings(), plugins=plugins
        )
        seconds["decode"], _ = timed(material.sound)
        for name in names:
            seconds[name], _ = timed(lambda name=name: material.found(name))  # type: ignore[misc]
    return seconds


def stages(track: Path, length: float) -> list[Measure]:
    """By stage and in all."""
    names = ["tempo", "key", "loudness", "dynamics", "quality", "fingerprint", "waveform"]
    ours(track, names)  # imports
    alone, rounds = bare(track), [ours(track, names) for _ in range(2)]
    mine = {name: median([one[name] for one in rounds]) for name in rounds[0]}
    total, limit = sum(mine.values()), sum(alone.values())
    found = [
        Measure(
            measure=f"stage {name} of {length:.0f} s",
            value=mine[name],
            unit="s CPU",
            against="the bare call" if name in alone else "a second",
            limit=alone.get(name, 1.0),
            target="told",
            holds=True,
        )
        for name in mine
    ]
    hour = 3600 / total
    return [
        *found,
        Measure(
            measure="all signal analysers of one track",
            value=total,
            unit="s CPU",
            against="the sum of the bare calls",
            limit=limit,
            target="at most 1.25 of it",
            holds=total <= 1.25 * limit,
        ),
        Measure(
            measure="tracks by signal analysers, an hour and core",
            value=hour,
            unit="tracks/h",
            against="600",
            limit=600.0,
            target="600 or more",
            holds=hour >= 600,
        ),
    ]


async def workers(folder: Path, track: Path, length: float) -> list[Measure]:
    """One worker and two at once over the same tracks; and how large one gets."""
    specs = tuple(spec for spec in registry.specs() if Kind.AUDIO in spec.kinds)
    one = await run(folder, [track], specs, length)
    whole = await run(folder, [track], specs, length, windows="whole")
    both = await run(folder, [track, track], specs, length)
    speed = 2 * one.wall_s / both.wall_s
    largest = max(it.rss_bytes for it in (one, whole, both)) / (1 << 20)
    return [
        Measure(
            measure="two workers",
            value=speed,
            unit="x one worker",
            against="twice",
            limit=2.0,
            target="1.8 or more",
            holds=speed >= 1.8,
        ),
        Measure(
            measure="a worker's memory with all analysers",
            value=largest,
            unit="MiB",
            against="700 MiB",
            limit=700.0,
            target="at most 700 MiB",
            holds=largest <= 700,
        ),
        *(
            Measure(
                measure=f"tracks by all analysers that are available here, {how}, an hour and core",
                value=3600 / of.cpu_s,
                unit="tracks/h",
                against=f"{least:.0f}",
                limit=least,
                target=f"{least:.0f} or more",
                holds=3600 / of.cpu_s >= least,
            )
            for how, of, least in (("by windows", one, 600.0), ("whole", whole, 300.0))
        ),
    ]


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds on the clock, of the processor for each track, and the largest worker."""

    wall_s: float
    cpu_s: float
    rss_bytes: int


def alive(slots: Sequence[WorkerSlot]) -> list[WorkerProcess]:
    return [worker for slot in slots if (worker := slot.current()) is not None]


def cpu_seconds(slots: Sequence[WorkerSlot]) -> float:
    """That the workers have used so far."""
    ticks = 0
    for worker in alive(slots):
        fields = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


async def run(
    folder: Path,
    tracks: list[Path],
    specs: tuple[AnalyserSpec, ...],
    length: float,
    **settings: Any,
) -> Run:
    """All at once, each by a worker of its own that is warm."""
    options = AnalyzeOptions(holder="bench", specs=specs, nice=0, settings=WorkSettings(**settings))
    slots = [worker_slot(options) for _ in tracks]
    warm = a_track(folder, 8.0, seed=1)
    try:
        benches = [Workbench(slot, options) for slot in slots]
        await asyncio.gather(*(bench.analyse(work_on(warm, 8.0), specs) for bench in benches))
        before = cpu_seconds(slots)
        began = time.perf_counter()
        jobs = [
            bench.analyse(work_on(track, length), specs)
            for bench, track in zip(benches, tracks, strict=True)
        ]
        await asyncio.gather(*jobs)
        seconds = time.perf_counter() - began
        used = (cpu_seconds(slots) - before) / len(tracks)
        return Run(seconds, used, max((it.rss_bytes for it in alive(slots)), default=0))
    finally:
        for slot in slots:
            await slot.discard()


async def cached() -> list[Measure]:
    """A result that is known already, from the local cache."""
    clock = ManualClock()
    cache = LocalCache(clock=clock, metrics=Metrics())
    options = AnalyzeOptions(holder="bench", specs=registry.specs())
    reporter = Reporter(bus=MemoryBus(clock=clock), cache=cache, clock=clock, options=options)
    spec = next(it for it in options.specs if it.name == "tempo")
    work = a_work(kind=Kind.AUDIO)
    body = (
        f'{{"analyser":"tempo","version":"{spec.version}","status":"done",'
        f'"data":{{"beats":"{"A" * 4000}"}}}}'
    )
    await cache.set(f"analysis:{work.sha256_hash}:tempo:{spec.version}", body.encode(), ttl=1_000.0)
    took = []
    for _ in range(200):
        began = time.perf_counter()
        assert await reporter.cached(work, spec) is not None
        took.append(1000 * (time.perf_counter() - began))
    value = median(took)
    return [
        Measure(
            measure="a cached result",
            value=value,
            unit="ms",
            against="5 ms",
            limit=5.0,
            target="below 5 ms",
            holds=value < 5,
        )
    ]


def work_on(path: Path, seconds: float):  # type: ignore[no-untyped-def]  # noqa: ANN201 - Work
    stat = path.stat()
    return a_work(
        file_path=str(path),
        kind=Kind.AUDIO,
        sha256_hash=hashlib.sha256(path.read_bytes()).hexdigest(),
        size=stat.st_size,
        modified_time=format_nanos(stat.st_mtime_ns),
        duration_ms=round(seconds * 1000),
    )


if __name__ == "__main__":
    raise SystemExit(main())
