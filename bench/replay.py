"""The log worked in again: as fast as it came the first time, and the same rows in the end.

python bench/replay.py [--events 1000000] [--url postgresql://…/an_empty_database]

Files are found, written, moved, deleted, purged, analysed and edited; without ``--url`` on SQLite.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable
from itertools import batched
from pathlib import Path

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.clock import SystemClock
from apollonia.adapters.database import Database, DatabaseOptions, migrate
from apollonia.adapters.edits import SqlEdits
from apollonia.adapters.replay import open_rebuild
from apollonia.domain.analysis import AnalyserSpec
from apollonia.domain.edits import Edit, Target, TargetKind, checked
from apollonia.domain.ids import uuid7
from apollonia.domain.kinds import Kind
from apollonia.observe.logs import configure_logs
from apollonia.populate.analysis_projector import AnalysisProjector
from apollonia.populate.file_projector import FileProjector
from apollonia.populate.replay import Replay, Replayed
from apollonia.ports.bus import Delivery, Message
from apollonia.testing.builders import a_time
from apollonia.testing.histories import History
from report import Measure, write

_BATCH = 500
_RESULTS = 20
_LEAST = 0.5
_SPECS = (AnalyserSpec("tempo", "1", frozenset({Kind.AUDIO})),)


async def live(database: Database, number: int) -> tuple[float, int]:
    """Seconds of work, without making the messages, and how many events there were."""
    catalog, clock = SqlCatalog(database), SystemClock()
    edits = SqlEdits(database, clock=clock)
    files, results = FileProjector(clock=clock), AnalysisProjector(clock=clock, specs=_SPECS)
    story, took, told = History(random.Random(7)), 0.0, 0

    async def timed(work: Awaitable[object]) -> None:
        nonlocal took
        began = time.perf_counter()
        await work
        took += time.perf_counter() - began

    async def work_in(projector: FileProjector | AnalysisProjector, part: list[Message]) -> None:
        async with catalog.begin() as unit:
            await projector(unit, [Delivery(it, "q", 0, None) for it in part])

    for at, part in enumerate(batched(story.events(number), _BATCH)):
        await timed(work_in(files, list(part)))
        found = story.results(_RESULTS)
        await timed(work_in(results, found))
        told += len(part) + len(found)
        if at % 10 == 0:
            target = Target(TargetKind.PLACE, story.any_id())
            patch = checked(target.kind, {"title": f"Title {at}", "tags": {"x": True}})
            edit = Edit(uuid7(), target, "owner", a_time(at), patch)
            await timed(edits.apply([edit]))
            await timed(catalog.purge_missing(a_time(10**9), a_time(at), 5))
        if at % 100 == 0:
            print(f"{at * _BATCH} file events, {took:.0f} s of work", flush=True)
    return took, told


async def again(url: str, options: DatabaseOptions) -> tuple[float, float, Replayed]:
    """Seconds for all and for the part before the comparison, and what came of it."""
    began, read = time.perf_counter(), 0.0

    def tell(_: Replayed) -> None:
        nonlocal read
        read = time.perf_counter() - began

    async with open_rebuild(url, options, clock=SystemClock()) as rebuild:
        done = await Replay(rebuild=rebuild).run(tell)
    return time.perf_counter() - began, read, done


async def both(url: str, number: int) -> list[Measure]:
    """The same events twice."""
    await migrate(url)
    options = DatabaseOptions()
    database = Database(url, options=options)
    await database.open()
    took, _ = await live(database, number)
    all_s, read_s, done = await again(url, options)
    rate, first = done.events / all_s, done.events / took
    await database.close()
    print(f"{done}; {all_s:.0f} s in all, {all_s - read_s:.0f} s of it to compare and swap")
    kind = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    return [
        Measure(
            measure=f"replay of {done.events:,} events, {kind}",
            value=rate,
            unit="events/s",
            against="the same events when they came, batches of 500",
            limit=first,
            target=f">= {_LEAST} x",
            holds=rate >= _LEAST * first,
        ),
        Measure(
            measure=f"rows that differ after a replay of {done.events:,} events, {kind}",
            value=float(done.differences.files + done.differences.others),
            unit="rows",
            against="the live projections",
            limit=0.0,
            target="none",
            holds=not done.differences,
        ),
    ]


def main() -> int:
    """Run and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--url")
    options = parser.parse_args()
    configure_logs(level="ERROR", form="console")
    with tempfile.TemporaryDirectory() as folder:
        url = options.url or f"sqlite:///{Path(folder) / 'catalog.db'}"
        return write("replay", asyncio.run(both(url, options.events)))


if __name__ == "__main__":
    raise SystemExit(main())
