"""Both digests of large files, all cores, against one thread that does nothing else.

Through ``inspect_large`` with ``LargeFiles`` and warm media workers, as many files at once as the
pipeline reads: what ``Pipeline`` does with a file above a few MiB, without its queue.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path

import uvloop

from apollonia.ingest.flow.large import inspect_large
from apollonia.media.hashing import LargeFiles
from apollonia.media.options import MediaOptions
from apollonia.media.workers.pool import MediaPool
from apollonia.media.workers.requests import Inspection, InspectRequest
from ingest_measures import baselines
from ingest_measures.ground import Ground
from report import Measure, median

_FILES = 4
_BYTES = 256 << 20
_BUFFERS = (256 << 10, 1 << 20)


def measure(ground: Ground) -> list[Measure]:
    """Median of the ratios, each to the one thread right before it."""
    cores = len(os.sched_getaffinity(0))
    paths = _make(ground.fresh("large"))
    together, limits = [], []
    for _ in range(ground.repeat):
        limits.append(max(baselines.hash_large(paths, size) for size in _BUFFERS) * cores)
        together.append(uvloop.run(_rate(paths)))
    for path in paths:
        path.unlink()
    ratio = median([rate / limit for rate, limit in zip(together, limits, strict=True)])
    limit = median(limits)
    return [
        Measure(measure=f"both digests, {_FILES} x 256 MiB warm, {cores} cores",
                value=ratio * limit / 1e6, unit="MB/s",
                against="cores x hashlib + xxhash alone, one thread, one pass",
                limit=limit / 1e6, target=">= 0.90 of it", holds=ratio >= 0.90),
    ]  # fmt: skip


def _make(folder: Path) -> list[Path]:
    paths = [folder / f"{number}.bin" for number in range(_FILES)]
    block = os.urandom(_BYTES)
    for number, path in enumerate(paths):
        with path.open("wb") as file:
            file.write(number.to_bytes(8))
            file.write(memoryview(block)[8:])
    return paths


async def _rate(paths: Sequence[Path]) -> float:
    """Bytes a second until the last of them is hashed and looked into."""
    workers = len(os.sched_getaffinity(0))
    async with MediaPool(MediaOptions(workers=workers)) as pool, LargeFiles() as large:
        names = [os.fsencode(path) for path in paths]
        top = os.path.dirname(names[0])  # noqa: PTH120 - bytes
        await asyncio.gather(*(_warm(pool, names[0], top) for _ in range(workers)))
        turns = asyncio.Semaphore(workers)  # as it is wired

        async def one(name: bytes) -> Inspection:
            async with turns:
                return await inspect_large(large, pool, name, top)

        began = time.perf_counter()
        answers = await asyncio.gather(*map(one, names))
        seconds = time.perf_counter() - began
    assert all(answer.outcome == "ok" and answer.sha256_hash for answer in answers), answers
    return len(paths) * _BYTES / seconds


async def _warm(pool: MediaPool, name: bytes, top: bytes) -> None:
    await pool.inspect([InspectRequest(name, hash=False, top=top)])
