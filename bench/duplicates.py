"""Duplicates among a million: the same bytes, pictures within six bits, recordings by their sound.

Everything is generated, with known truth. Each figure beside the same done bare in this run: the
statement by hand, or the join of the arrays in memory, without rows, evidence and relations.
"""

import argparse
import asyncio
import json
import secrets
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from itertools import batched
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apollonia.adapters.database import Database, migrate
from apollonia.adapters.database.bulk import insert_rows, run
from apollonia.adapters.database.schema import FILES
from apollonia.adapters.duplicates import SqlDuplicates
from apollonia.adapters.fingerprints import SqlFingerprints, SqlSweep
from apollonia.adapters.fingerprints.acoustic_sweep import candidates, postings_of
from apollonia.adapters.fingerprints.joining import near_pairs
from apollonia.adapters.fingerprints.packing import unpack_frames, unpack_items
from apollonia.adapters.fingerprints.rows import BAND, ROW, TERM
from apollonia.domain.matching.likeness import Family
from apollonia.ports.duplicates import GroupKind
from apollonia.ports.fingerprints import Fingerprint
from report import Measure, percentile, write

_LIMIT_S = 60.0
_BATCH = 50_000
_EVERY = 50  # one of so many is there twice, in some way
_BY_HAND = (
    "SELECT sha256_hash, count(*) FROM files WHERE sha256_hash IS NOT NULL"
    " GROUP BY sha256_hash HAVING count(*) > 1"
)
_FIRST = 2_000_000  # number of the first recording
_FRAME = np.dtype([("at_ms", "<u4"), ("phash", "<u8")])


def sha_of(number: int) -> str:
    """A hash that is somebody's alone, in no order."""
    return f"{number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128:032x}{number:032x}"


async def fill(
    database: Database, table: str, columns: tuple[str, ...], rows: Iterable[Any]
) -> None:
    """Insert, some ten thousand a transaction."""
    for chunk in batched(rows, _BATCH):
        await database.write(lambda at, chunk=chunk: insert_rows(at, table, columns, chunk))  # type: ignore[misc]


def file_rows(count: int) -> Iterator[tuple[Any, ...]]:
    """Files of 4 MB; each fiftieth has the bytes of the one before."""
    names = [column.name for column in FILES.columns]
    texts = {"title_key", "artist_key", "album_key", "album_artist", "composer", "genre", "words"}
    for number in range(1, count + 1):
        copied = number % _EVERY == 0
        values: dict[str, Any] = dict.fromkeys(texts, "")
        path = b"/music/%07d.flac" % number
        values |= {
            "number": number, "id": f"{number:036d}", "shelf": 1, "path": path, "path_head": path,
            "path_key": number.to_bytes(32), "folder_hash": number % 9_973, "analysis": "done",
            "sha256_hash": sha_of(number - 1 if copied else number), "size": 4_000_000 + number,
            "modified_time": "", "accessed_time": "", "changed_time": "", "duration_ms": 180_000,
            "added_time": "", "version_timestamp": "", "version_message_id": "",
            "title_key": f"title {number}", "artist_key": f"artist {number % 5_000}",
        }  # fmt: skip
        yield tuple(values.get(name) for name in names)


async def measure_exact(database: Database, count: int, name: str) -> list[Measure]:
    """All groups counted, and the first hundred with their files."""
    shelf = (1, "/music", "audio", "flac", "present", "cataloged", count, 0, 0)
    columns = ("number", "root", "kind", "format", "availability", "status", "files", "size",
               "duration_ms")  # fmt: skip
    await fill(database, "shelves", columns, [shelf])
    await fill(database, "files", tuple(it.name for it in FILES.columns), file_rows(count))
    await analyzed(database)
    duplicates = SqlDuplicates(database)
    by_hand, rows = await timed(lambda: database.read(lambda at: run(at, _BY_HAND)))
    seconds, totals = await timed(lambda: duplicates.totals(GroupKind.EXACT))
    page, groups = await timed(lambda: duplicates.groups(GroupKind.EXACT, limit=100))
    right = totals.groups == len(rows) == count // _EVERY and len(groups) == 100
    return [
        Measure(
            measure=f"{name}: exact duplicates of {count:,} files, and the first 100 groups",
            value=seconds + page, unit="s", against="one GROUP BY by hand", limit=by_hand,
            target=f"< {_LIMIT_S:.0f} s, every group right",
            holds=right and seconds + page < _LIMIT_S,
        )
    ]  # fmt: skip


def pictures(count: int, seed: int) -> tuple[NDArray[np.uint64], set[tuple[int, int]]]:
    """Hashes; each fiftieth is the one before with 0 to 6 other bits, some others with 7 to 9."""
    random = Random(seed)
    phashes = np.random.default_rng(seed).integers(0, 2**64, count, dtype=np.uint64)
    truth = set()
    for number in range(_EVERY, count, _EVERY):
        bits = number // _EVERY % 10
        turned = sum(1 << bit for bit in random.sample(range(64), bits))
        phashes[number] = phashes[number - 1] ^ np.uint64(turned)
        if bits <= 6:
            truth.add((number - 1, number))
    return phashes, truth


async def measure_pictures(database: Database, count: int, name: str) -> list[Measure]:
    """Every pair within six bits out of all pictures; then one more picture that comes."""
    phashes, truth = pictures(count, 1)
    frames = np.zeros(count, _FRAME)
    frames["phash"] = phashes
    await fill(
        database, "fingerprints", ROW,
        ((at, sha_of(at), "image", "1", 0, frames[at].tobytes()) for at in range(count)),
    )  # fmt: skip
    bare = time.perf_counter()
    one, other, _ = near_pairs(np.unique(phashes))
    bare = time.perf_counter() - bare
    seconds, found = await timed(lambda: SqlSweep(database).sweep(Family.IMAGE))
    known = {tuple(sorted((sha_of(a), sha_of(b)))) for a, b in truth}
    pairs = {(it.one, it.other) for it in found}
    chance = {(a, b) for a, b in zip(one.tolist(), other.tolist(), strict=True)}
    recall = len(pairs & known) / len(known)
    right = recall == 1 and len(pairs) <= len(known) + len(chance)
    swept = Measure(
        measure=f"{name}: {count:,} pictures, all pairs within 6 bits ({len(pairs):,} found)",
        value=seconds, unit="s", against="the same join of arrays in memory", limit=bare,
        target=f"< {_LIMIT_S:.0f} s, recall 1", holds=right and seconds < _LIMIT_S,
    )  # fmt: skip
    signed = phashes.astype(np.int64)
    slots = np.concatenate(
        [(band << 16) + (phashes >> np.uint64(16 * band) & np.uint64(0xFFFF)).astype(np.int64)
         for band in range(4)]
    )  # fmt: skip
    order = np.argsort(slots, kind="stable")
    owners = order % count
    await fill(
        database, "picture_bands", BAND,
        zip(slots[order].tolist(), owners.tolist(), [0] * len(order), signed[owners].tolist(),
            strict=True),
    )  # fmt: skip
    await analyzed(database)
    return [swept, await _coming(database, f"{name}: one more picture among {count:,}", [
        Fingerprint(sha256_hash="f" * 64, family=Family.IMAGE, version="1",
                    frames=tuple(unpack_frames(frames[at].tobytes())))
        for at in Random(2).sample(range(count), 200)
    ])]  # fmt: skip


def recordings(count: int, items: int, seed: int) -> Iterator[bytes]:
    """Chromaprints; each fiftieth is the one before with 4 % wrong bits, every other of them only
    thirty seconds of it."""
    rng = np.random.default_rng(seed)

    def flips(shape: tuple[int, ...], rounds: int) -> NDArray[np.uint32]:
        found = rng.integers(0, 2**32, shape, dtype=np.uint32)
        for _ in range(rounds - 1):
            found &= rng.integers(0, 2**32, shape, dtype=np.uint32)
        return found

    for start in range(0, count, 1_000):
        size = min(1_000, count - start)
        block = np.bitwise_xor.accumulate(flips((size, items), 3), axis=1)
        for at in range(size):
            number = start + at
            if number % _EVERY == 1 and at:
                again = block[at - 1] ^ flips((items,), 5)  # one bit of 32: about 3 %
                yield (again[400:640] if number % (2 * _EVERY) == 1 else again).tobytes()
            else:
                yield block[at].tobytes()


async def measure_recordings(database: Database, count: int, name: str) -> list[Measure]:
    """Every recording that is another one, or a part of it."""
    packed = list(recordings(count, 1_400, 3))
    await fill(
        database, "fingerprints", ROW,
        ((_FIRST + at, sha_of(at), "acoustic", "1", 180_000, it) for at, it in enumerate(packed)),
    )  # fmt: skip
    again = [at for at in range(count) if at % _EVERY == 1]
    known = {tuple(sorted((sha_of(at - 1), sha_of(at)))) for at in again}
    bare = time.perf_counter()
    postings = postings_of(packed, 0)
    candidates(postings)
    bare = time.perf_counter() - bare
    seconds, found = await timed(lambda: SqlSweep(database).sweep(Family.ACOUSTIC))
    pairs = {(it.one, it.other) for it in found}
    recall, precision = len(pairs & known) / len(known), len(pairs & known) / max(1, len(pairs))
    swept = Measure(
        measure=f"{name}: {count:,} recordings of three minutes ({len(pairs):,} pairs found)",
        value=seconds, unit="s", against="terms and join in memory, nothing judged", limit=bare,
        target=f"< 60 s, recall {recall:.4f} >= 0.98, precision {precision:.4f} >= 0.99",
        holds=seconds < _LIMIT_S and recall >= 0.98 and precision >= 0.99,
    )  # fmt: skip
    terms, owners, positions = postings
    order = np.lexsort((positions, owners, terms))
    await fill(
        database, "acoustic_terms", TERM,
        zip(terms[order].tolist(), (owners[order] + _FIRST).tolist(), positions[order].tolist(),
            strict=True),
    )  # fmt: skip
    await analyzed(database)
    return [swept, await _coming(database, f"{name}: one more recording among {count:,}", [
        Fingerprint(sha256_hash="f" * 64, family=Family.ACOUSTIC, version="1",
                    items=unpack_items(packed[at]))
        for at in Random(4).sample(range(count), 100)
    ])]  # fmt: skip


async def _coming(database: Database, name: str, prints: list[Fingerprint]) -> Measure:
    """How long it takes to find what is near one that comes."""
    fingerprints = SqlFingerprints(database)
    times = []
    for one in prints:
        seconds, found = await timed(lambda one=one: fingerprints.near(one, 64))  # type: ignore[misc]
        assert found, "itself is there under another name"
        times.append(seconds * 1_000)
    return Measure(
        measure=name, value=percentile(times, 0.95), unit="ms p95", against="50 ms", limit=50,
        target="< 50 ms", holds=percentile(times, 0.95) < 50,
    )  # fmt: skip


async def timed[T](work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what it gave."""
    start = time.perf_counter()
    given = await work()
    return time.perf_counter() - start, given


async def analyzed(database: Database) -> None:
    """As the database would be after a while."""
    await database.write(lambda at: run(at, "ANALYZE"))


@asynccontextmanager
async def opened(kind: str, folder: Path) -> AsyncIterator[Database]:
    """A migrated, empty database; gone afterwards."""
    url, drop = f"sqlite:///{folder / 'catalog.db'}", None
    if kind == "postgresql":
        import asyncpg  # noqa: PLC0415 - only where there is one

        state = json.loads((Path(__file__).parents[1] / ".services.json").read_text())
        server = state["postgresql"]["urls"]["postgresql"]
        name = f"bench_{secrets.token_hex(4)}"
        drop = await asyncpg.connect(server)
        await drop.execute(f"CREATE DATABASE {name}")
        url = f"{server.rpartition('/')[0]}/{name}"
    try:
        await migrate(url)
        database = Database(url)
        await database.open()
        try:
            yield database
        finally:
            await database.close()
    finally:
        if drop is not None:
            await drop.execute(f"DROP DATABASE {name} WITH (FORCE)")
            await drop.close()


_MEASURES = {
    "exact": measure_exact,
    "pictures": measure_pictures,
    "recordings": measure_recordings,
}


async def take(given: argparse.Namespace) -> list[Measure]:
    """All measures that were asked for."""
    found: list[Measure] = []
    for kind in given.databases.split(","):
        for name in given.only.split(","):
            folder = Path(tempfile.mkdtemp(prefix="apollonia-bench-"))
            try:
                async with opened(kind, folder) as database:
                    count = given.recordings if name == "recordings" else given.files
                    found += await _MEASURES[name](database, count, kind)
                    print(f"{kind} {name}: done", file=sys.stderr)
            finally:
                shutil.rmtree(folder)
    return found


def main() -> int:
    """Parse, measure, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=1_000_000)
    parser.add_argument("--recordings", type=int, default=100_000)
    parser.add_argument("--only", default=",".join(_MEASURES))
    parser.add_argument("--databases", default="sqlite,postgresql")
    given = parser.parse_args()
    print(f"SQLite {sqlite3.sqlite_version}", file=sys.stderr)
    return write("duplicates", asyncio.run(take(given)))


if __name__ == "__main__":
    raise SystemExit(main())
