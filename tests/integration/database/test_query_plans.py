"""At any size: no list reads or sorts more than the page needs, and the loop is never held long."""

import asyncio
import re
import sqlite3
import time
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from itertools import product

import pytest

from apollonia.adapters.analyses import SqlAnalyses
from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.database.bulk import run
from apollonia.adapters.library import SqlLibrary
from apollonia.adapters.search import SqlSearch
from apollonia.domain.kinds import Kind
from apollonia.domain.neighbours import Role
from apollonia.domain.paging import INDEXED_SORTS, TOTAL_CAP, FileFilter, Sort, SortKey
from apollonia.domain.place import Relation
from apollonia.messages import Tags
from apollonia.ports.catalog import PendingChange, StoredEvent
from apollonia.testing.builders import a_media, a_place, a_time

FORMATS = {
    Kind.AUDIO: ("mp3", "flac"),
    Kind.VIDEO: ("mkv",),
    Kind.IMAGE: ("png",),
    Kind.OTHER: (None,),
}
SHOWN = ("audio", "video", "image")
COMMON = {
    "all": FileFilter(),
    "shown": FileFilter(kinds=SHOWN, availabilities=("present", "missing")),
    "one kind": FileFilter(kinds=("audio",)),
    "format": FileFilter(formats=("flac",)),
    "root": FileFilter(root="/music", availabilities=("present",)),
    "status": FileFilter(statuses=("cataloged", "unreadable")),
}


@pytest.fixture
async def filled(database):
    """Some files of each kind, so that no list is empty."""
    catalog = SqlCatalog(database)
    async with catalog.begin() as unit:
        for kind, formats in FORMATS.items():
            for format_ in formats:
                await unit.save_places([a_place(kind=kind, format=format_) for _ in range(20)])
    return database


@asynccontextmanager
async def statements_of(database):
    """What the one reader is asked meanwhile, values filled in."""
    seen: list[str] = []

    async def tell(whom) -> None:
        await database.read(lambda at: at.connection.driver_connection.set_trace_callback(whom))

    await tell(seen.append)
    yield seen
    await tell(None)


def plans_of(file, statements) -> list[str]:
    """The steps of SQLite's plans for these statements."""
    with closing(sqlite3.connect(file)) as connection:
        return [
            row[3]
            for statement in statements
            if statement.startswith("SELECT")
            for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")
        ]


def is_bounded(step: str) -> bool:
    """Whether a step reads by an index, or something that is small by itself."""
    small = r"SCAN (shelves|s|relay|alembic_version|CONSTANT ROW|part|found|\(subquery-\d+\))"
    return not step.startswith("SCAN") or re.match(small, step) is not None


@pytest.mark.parametrize("where", COMMON.values(), ids=COMMON)
async def test_lists_are_read_from_an_index_without_sorting(filled, file, where):
    library = SqlLibrary(filled)
    async with statements_of(filled) as statements:
        for key, descending in product(sorted(INDEXED_SORTS), (True, False)):
            page = await library.page(where, Sort(key, descending), limit=5)
            assert page.next is not None
            await library.page(where, Sort(key, descending), limit=5, after=page.next)

    plans = plans_of(file, statements)

    assert any("ix_files_shelf_title_key_id (shelf=? AND (title_key,id)" in step for step in plans)
    assert [step for step in plans if not is_bounded(step)] == []
    assert [step for step in plans if "TEMP B-TREE" in step] == []


async def test_folders_facts_and_counts_are_read_from_an_index(filled, file):
    library = SqlLibrary(filled)
    place = a_place(neighbors=(Relation(b"/music/cover.jpg", Role.ARTWORK),))
    async with SqlCatalog(filled).begin() as unit:
        await unit.save_places([place])
    async with statements_of(filled) as statements:
        for recursive in (True, False):
            where = FileFilter(folder=b"/music", recursive=recursive)
            await library.page(where, Sort(SortKey.TITLE), limit=5)
            await library.facets(where)
        await library.facets(FileFilter(kinds=SHOWN))
        await library.stats()
        assert await library.place(place.id)
        assert await library.neighbors(place.id)
        await library.events(place.id, 5)
        await SqlCatalog(filled).changes(5, 5)
        await SqlCatalog(filled).purge_missing(a_time(5), a_time(9), 5)

    plans = plans_of(file, [it for it in statements if "FROM dead_letters" not in it])

    assert [step for step in plans if not is_bounded(step)] == []


async def test_writing_looks_up_by_index_only(filled, file):
    place = a_place()
    seen: list[str] = []

    async def tell(whom) -> None:
        await filled.write(lambda at: at.connection.driver_connection.set_trace_callback(whom))

    await tell(seen.append)
    async with SqlCatalog(filled).begin() as unit:
        await unit.known_events(["a", "b"])
        await unit.places_at([place.path])
        await unit.places_by_id([place.id])
        await unit.tombstones_at([place.path])
        await unit.save_places([place])
    await tell(None)

    assert len(seen) > 5
    assert [step for step in plans_of(file, seen) if not is_bounded(step)] == []


@pytest.fixture
async def crowded(database):
    """More files than totals and rankings are exact for, all with one word in common."""
    catalog, number = SqlCatalog(database), TOTAL_CAP + 200
    media = a_media(tags=Tags(title="common")).model_dump(mode="json")
    for start in range(0, number, 500):
        async with catalog.begin() as unit:
            await unit.save_places(
                [
                    a_place(
                        path=b"/music/%03d/%d.flac" % (n // 100, n),
                        media=media,
                        size=n,
                        added_time=a_time(n),
                    )
                    for n in range(start, min(start + 500, number))
                ]
            )
    return database


async def test_crowded_lists_tell_no_total_and_stay_in_order(crowded):
    library, search = SqlLibrary(crowded), SqlSearch(crowded)
    word = FileFilter(text="common")

    assert (await library.page(FileFilter(), Sort(), limit=1)).total is None
    assert (await library.page(FileFilter(folder=b"/music"), Sort(), limit=1)).total is None
    assert (await library.page(FileFilter(folder=b"/music/001"), Sort(), limit=1)).total == 100
    assert (await library.facets(word))["format"] == {"flac": TOTAL_CAP + 200}
    by_size = Sort(SortKey.SIZE, descending=False)
    in_folder = await library.page(FileFilter(folder=b"/music"), by_size, limit=3)
    assert [place.size for place in in_folder.items] == [0, 1, 2]
    for sort in (Sort(SortKey.RELEVANCE), Sort(SortKey.ADDED), Sort(SortKey.SIZE)):
        first = await search.search(word, sort, limit=2)
        second = await search.search(word, sort, limit=2, after=first.next)
        sizes = [place.size for place in (*first.items, *second.items)]
        assert first.total is None
        assert sizes == [TOTAL_CAP + 199 - n for n in range(4)]


async def test_list_by_arrival_goes_on_when_matches_become_few(crowded):
    search, word = SqlSearch(crowded), FileFilter(text="common")
    first = await search.search(word, Sort(SortKey.RELEVANCE), limit=2)
    few = replace(word, folder=b"/music/000")

    second = await search.search(few, Sort(SortKey.RELEVANCE), limit=2, after=first.next)

    assert [place.size for place in second.items] == [99, 98]


def an_event(place) -> StoredEvent:
    return StoredEvent(
        event_id=place.id,
        place_id=place.id,
        path=place.path,
        event_type="IN_CREATE",
        timestamp=a_time(),
        received_time=a_time(),
        origin=None,
        traceparent=None,
        body=b"{}",
    )


async def test_large_batch_never_holds_the_loop(database):
    """Measured in processor time of the loop's thread: other processes do not disturb it."""
    catalog, longest, done = SqlCatalog(database), [0.0], asyncio.Event()
    places = [
        a_place(neighbors=tuple(Relation(b"/music/%d" % n, Role.SIBLING) for n in range(3)))
        for _ in range(2_000)
    ]
    ids, paths = [place.id for place in places], [place.path for place in places]
    events = [an_event(place) for place in places]
    changes = [PendingChange("file", place.id, "created", a_time()) for place in places]

    async def watch():
        while not done.is_set():
            before = time.thread_time()
            await asyncio.sleep(0)
            longest[0] = max(longest[0], time.thread_time() - before)

    watcher = asyncio.create_task(watch())
    async with catalog.begin() as unit:
        await unit.known_events(ids)
        await unit.places_at(paths)
        await unit.append_events(events)
        await unit.save_places(places)
        await unit.record_changes(changes)
    done.set()
    await watcher

    assert longest[0] < 0.020
    assert (await database.read(lambda at: run(at, "SELECT count(*) FROM files")))[0][0] == 2_000


async def test_what_is_undone_and_filters_by_analysis_are_read_from_an_index(filled, file):
    analyses, library = SqlAnalyses(filled), SqlLibrary(filled)
    async with statements_of(filled) as asked:
        await analyses.undone(0, 10)
        await analyses.recorded(["a" * 64])
        await analyses.outdated(Kind.AUDIO, "w", 10)
        await library.page(FileFilter(analyses=("failed",)), Sort(), limit=10)

    plans = plans_of(file, asked)
    tables = ("f", "files", "analyses", "content_states")
    assert [plan for plan in plans if plan.split()[:2] in [["SCAN", name] for name in tables]] == []
    assert sum("kind=? AND wanted" in plan for plan in plans) == 2
