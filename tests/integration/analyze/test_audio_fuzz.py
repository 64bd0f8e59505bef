"""Damaged sound, by seeded mutations of short files: probed, decoded, analysed by all.

``make fuzz`` runs thousands; a few are in the suite. Every file ends with facts or with a reason.
"""

import hashlib
import os
import random
from collections import Counter
from pathlib import Path

import pytest

from apollonia.analyze import registry
from apollonia.analyze.options import AnalyzeOptions
from apollonia.analyze.workbench import Workbench, worker_slot
from apollonia.domain.kinds import Kind
from apollonia.domain.times import format_nanos
from apollonia.media.options import MediaOptions
from apollonia.media.workers.pool import MediaPool
from apollonia.media.workers.requests import InspectRequest
from apollonia.testing.builders import a_work
from apollonia.testing.media_files import make_audio

DECODED = int(os.environ.get("APOLLONIA_TEST_MUTATIONS", "90"))
ANALYSED = int(os.environ.get("APOLLONIA_TEST_MUTATIONS_ANALYSED", "8"))
FORMATS = ("wav", "flac", "mp3", "ogg", "opus", "m4a", "aiff", "wma")
AT_ONCE = 30
GROWTH_BYTES = 96 << 20
NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    folder = tmp_path_factory.mktemp("originals")
    return [
        make_audio(folder / f"{format_}.{format_}", seconds=seconds, cover=format_ == "flac")
        for format_ in FORMATS
        for seconds in (0.4, 1.5)
    ]


def mutated(chance: random.Random, originals) -> tuple[str, bytes]:
    """One of the files, damaged in up to four ways."""
    path = chance.choice(originals)
    data = bytearray(path.read_bytes())
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        if len(data) < 16:
            break
        at = _place(chance, len(data))
        length = min(len(data) - at, 1 << chance.randint(0, 12))
        match chance.randrange(7):
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at : at + length] = bytes(length)
            case 2:
                del data[at : at + length]
            case 3:
                data[at:at] = data[at : at + length]
            case 4:
                del data[at:]
            case 5:
                number = chance.choice(NUMBERS) if chance.random() < 0.5 else chance.getrandbits(32)
                word = (number & 0xFFFFFFFF).to_bytes(4, "big")
                data[at : at + 4] = word if chance.random() < 0.5 else word[::-1]
            case _:
                other = chance.choice(originals).read_bytes()
                start = chance.randrange(len(other))
                data[at : at + length] = other[start : start + length]
    return path.suffix, bytes(data)


def _place(chance: random.Random, size: int) -> int:
    """Headers are where the harm is: every other mutation is in the first 512 bytes."""
    return chance.randrange(min(size, 512) if chance.random() < 0.5 else size)


def damaged_files(originals, folder: Path, count: int, seed: int):
    for number in range(count):
        chance = random.Random(seed * 1_000_003 + number)
        suffix, data = mutated(chance, originals)
        path = folder / f"{number % AT_ONCE}{suffix}"
        path.write_bytes(data)
        yield path


def work_on(path):
    stat = path.stat()
    return a_work(
        file_path=str(path),
        kind=Kind.AUDIO,
        sha256_hash=hashlib.sha256(path.read_bytes()).hexdigest(),
        size=stat.st_size,
        modified_time=format_nanos(stat.st_mtime_ns),
        duration_ms=2_000,
    )


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def analyse_all(files, specs, outcomes: Counter[str], pool=None):
    """Every result is there, and says why where there is nothing; the workers' largest size."""
    options = AnalyzeOptions(holder="me", specs=specs, time_limit_s=60.0)
    slot, largest = worker_slot(options), 0
    bench = Workbench(slot, options)
    try:
        for path in files:
            if pool is not None:
                await probe(pool, path, outcomes)
            findings = await bench.analyse(work_on(path), specs)
            assert findings.obstacle is None
            assert [it.analyser for it in findings.results] == [spec.name for spec in specs]
            for result in findings.results:
                assert result.status == "done" or result.reason, result
                outcomes[result.status] += 1
                if result.status == "failed":
                    outcomes[f"because: {(result.reason or '')[:60]}"] += 1
            worker = slot.current()
            largest = max(largest, worker.rss_bytes if worker else 0)
    finally:
        await slot.discard()
    return largest


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="there is no /proc here")
async def test_damaged_sound_is_probed_and_decoded_or_has_a_reason(originals, tmp_path):
    outcomes: Counter[str] = Counter()
    specs = tuple(spec for spec in registry.specs() if spec.name == "loudness")
    before, descriptors = resident(), open_descriptors()
    files = damaged_files(originals, tmp_path, DECODED, 1)
    async with MediaPool(MediaOptions(workers=1)) as pool:
        await analyse_all(files, specs, outcomes, pool)
    print(f"\n{DECODED} mutations decoded:", dict(outcomes.most_common(20)))  # noqa: T201 - shown by make fuzz
    assert outcomes["probed"] + outcomes["not probed"] == DECODED
    assert outcomes["done"] + outcomes["failed"] == DECODED
    assert resident() - before < GROWTH_BYTES
    assert open_descriptors() <= descriptors + 2


async def probe(pool, path, outcomes):
    [found] = await pool.inspect([InspectRequest(bytes(path))])
    assert found.error is None or found.error.message, found
    outcomes["probed" if found.error is None else "not probed"] += 1


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="there is no /proc here")
async def test_damaged_sound_goes_through_all_analysers(originals, tmp_path):
    outcomes: Counter[str] = Counter()
    specs = tuple(spec for spec in registry.specs() if Kind.AUDIO in spec.kinds)
    before = resident()
    files = damaged_files(originals, tmp_path, ANALYSED, 2)
    largest = await analyse_all(files, specs, outcomes)
    told = dict(outcomes.most_common(20))
    print(f"\n{ANALYSED} mutations analysed:", told, largest >> 20, "MiB")  # noqa: T201 - as above
    assert sum(outcomes[it] for it in ("done", "failed", "unavailable")) == ANALYSED * len(specs)
    assert largest < 700 << 20
    assert resident() - before < GROWTH_BYTES
