"""What every rebuild promises: the log, worked in again, is the live catalog, row for row."""

import asyncio
import random
import sqlite3
from itertools import batched

import asyncpg
import orjson
import pytest

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.catalog.sql_history import SqlCompaction
from apollonia.adapters.database import Database, DatabaseOptions
from apollonia.adapters.database.bulk import run
from apollonia.adapters.edits import SqlEdits
from apollonia.adapters.library import SqlLibrary
from apollonia.adapters.replay import open_rebuild
from apollonia.domain.analysis import AnalyserSpec
from apollonia.domain.edits import Edit, Target, TargetKind, checked
from apollonia.domain.ids import uuid7
from apollonia.domain.kinds import Kind
from apollonia.errors import CatalogUnavailableError
from apollonia.populate.analysis_projector import AnalysisProjector
from apollonia.populate.file_projector import FileProjector
from apollonia.populate.replay import Replay, Replayed
from apollonia.ports.bus import Delivery, Message
from apollonia.ports.edits import Play
from apollonia.testing.builders import START_MICROS, a_time
from apollonia.testing.histories import History
from apollonia.testing.manual_clock import ManualClock

OPTIONS = DatabaseOptions(readers=1, write_cache_mib=8, read_cache_mib=2, pool=3)
SPECS = (AnalyserSpec("tempo", "1", frozenset({Kind.AUDIO})),)


class World:
    """A populator, people and a replay over one catalog."""

    def __init__(self, database: Database, url: str, seed: int = 1) -> None:
        self.database = database
        self.url = url
        self.clock = ManualClock(START_MICROS + 10**12)
        self.catalog = SqlCatalog(database)
        self.edits = SqlEdits(database, clock=self.clock)
        self.rng = random.Random(seed)
        self.story = History(self.rng)

    async def tell(self, number: int) -> None:
        """A part of the story: files, results, edits, plays and purges in between."""
        files = FileProjector(clock=self.clock)
        results = AnalysisProjector(clock=self.clock, specs=SPECS)
        for part in batched(self.story.events(number), 100):
            async with self.catalog.begin() as unit:
                await files(unit, [Delivery(it, "q", 0, None) for it in part])
            async with self.catalog.begin() as unit:
                told = [Delivery(it, "q", 0, None) for it in self.story.results(20)]
                await results(unit, told)
            await self.say()
            await self.catalog.purge_missing(a_time(10**7), a_time(self.story.second), 3)

    async def say(self) -> None:
        place = Target(TargetKind.PLACE, self.story.any_id())
        content = Target(TargetKind.CONTENT, self.story.any_content())
        time = a_time(self.story.second)
        patch = checked(TargetKind.PLACE, {"title": f"T {time}", "rating": 3, "tags": {"x": True}})
        tempo = checked(TargetKind.CONTENT, {"tempo_bpm": 100, "genre": ["Folk", "Jazz"]})
        hidden = checked(TargetKind.PLACE, {"deleted": self.rng.choice([True, None])})
        await self.edits.apply(
            [
                Edit(uuid7(), place, "owner", time, patch),
                Edit(uuid7(), content, "guest", time, tempo),
                Edit(uuid7(), place, "owner", time, hidden),
            ]
        )
        await self.edits.play([Play(uuid7(), place.id, "owner", time)])

    async def replay(self, *, swap: bool = True, meanwhile=None) -> Replayed:
        async with open_rebuild(self.url, OPTIONS, clock=self.clock) as rebuild:
            if meanwhile is not None:
                await meanwhile()
            return await Replay(rebuild=rebuild, batch=100).run(swap=swap)


@pytest.fixture
async def world(open_database, database_url) -> World:
    return World(await open_database(), database_url)


async def test_the_log_worked_in_again_is_the_catalog_row_for_row(world):
    await world.tell(600)

    done = await world.replay(swap=False)

    assert done.events > 600
    assert not done.unreadable
    assert not done.differences, done


DAMAGES = (
    *(
        f"DELETE FROM {part} WHERE {key} IN (SELECT min(number) FROM files)"
        for part, key in (
            ("file_media", "file"),
            ("file_neighbors", "file"),
            ("file_terms", "file"),
            ("files", "number"),
        )
    ),
    "UPDATE files SET title_key = 'wrong', size = 5 WHERE track < 6",
    "DELETE FROM file_terms WHERE file % 3 = 0",
    "DELETE FROM file_neighbors WHERE file % 5 = 0",
    "UPDATE edits SET value = NULL",
    "UPDATE shelves SET files = files + 7",
    "DELETE FROM file_tombstones",
)


async def test_what_was_damaged_is_put_right_and_told(world):
    await world.tell(200)
    while await world.catalog.relay_changes(1_000):
        pass
    for damage in DAMAGES:
        await world.database.write(lambda at, sql=damage: run(at, sql))

    done = await world.replay()

    assert done.differences.files > 50
    assert done.differences.others > 3
    assert not (await world.replay(swap=False)).differences
    changes = await world.catalog.relay_changes(1_000)
    assert len(changes) == done.differences.files
    assert [it.op for it in changes].count("created") == 1


async def test_a_compacted_log_makes_the_same_catalog(world):
    await world.tell(400)
    before = await world.database.read(lambda at: run(at, "SELECT count(*) FROM file_events"))

    gone = await SqlCompaction(world.database).compact(a_time(world.story.second - 20))

    left = await world.database.read(lambda at: run(at, "SELECT count(*) FROM file_events"))
    assert gone
    assert left[0][0] == before[0][0] - gone
    assert not (await world.replay(swap=False)).differences
    with pytest.raises((CatalogUnavailableError, sqlite3.Error, asyncpg.PostgresError)):
        await world.database.write(lambda at: run(at, "DELETE FROM file_events"))


async def test_what_comes_meanwhile_is_worked_in_before_the_swap(world):
    await world.tell(100)
    await world.database.write(lambda at: run(at, "DELETE FROM file_terms"))

    async def meanwhile() -> None:
        await world.tell(200)

    done = await world.replay(meanwhile=meanwhile)

    assert done.differences
    assert not (await world.replay(swap=False)).differences


async def test_readers_see_a_whole_catalog_at_any_moment(world):
    await world.tell(200)
    library, counts, stop = SqlLibrary(world.database), set[int](), asyncio.Event()

    async def read() -> None:
        while not stop.is_set():
            counts.add((await library.stats()).files)
            await asyncio.sleep(0)

    reading = asyncio.create_task(read())
    before = (await library.stats()).files
    await world.database.write(lambda at: run(at, "UPDATE files SET size = size + 1"))
    await world.replay()
    stop.set()
    await reading

    assert counts == {before}


async def test_writers_meanwhile_lose_nothing(world):
    await world.tell(100)

    async def write() -> None:
        for _ in range(4):
            await world.tell(50)
            await asyncio.sleep(0)

    await asyncio.gather(write(), world.replay(), return_exceptions=False)

    done = await world.replay(swap=False)
    assert not done.differences, done
    logged = await world.database.read(lambda at: run(at, "SELECT count(*) FROM file_events"))
    assert logged[0][0] == 300


async def test_everything_is_in_the_log_with_its_subject(world):
    await world.tell(200)

    rows = await world.database.read(
        lambda at: run(at, "SELECT entity, subject, body FROM events ORDER BY event_id")
    )
    assert {row[0] for row in rows} == {"analysis", "edit", "play", "purge"}
    assert {row[1].partition(":")[0] for row in rows} == {"content", "place"}
    told = [orjson.loads(row[2]) for row in rows if row[0] == "analysis"]
    assert all("data" not in result for it in told for result in it["results"])


def test_messages_of_the_story_are_messages():
    assert all(isinstance(it, Message) for it in History(random.Random(2)).events(9))
