"""At any size: PostgreSQL reads lists and words by an index, no further than a page needs."""

import asyncio
import json
import secrets
from contextlib import asynccontextmanager

import asyncpg
import pytest

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.database import Database, DatabaseOptions, migrate
from apollonia.adapters.library import SqlLibrary
from apollonia.adapters.search import SqlSearch, SqlVocabulary
from apollonia.domain.kinds import Kind
from apollonia.domain.paging import TOTAL_CAP, FileFilter, Sort, SortKey
from apollonia.domain.query import parse
from apollonia.messages import Tags
from apollonia.testing.builders import a_media, a_place, a_time

pytestmark = pytest.mark.service

FILES = TOTAL_CAP + 500
SHOWN = FileFilter(kinds=("audio", "image"))
BY_TITLE = Sort(SortKey.TITLE, descending=False)


@pytest.fixture(scope="module")
def crowded_url(service_url):
    """More files than totals are exact for: all with one word in common, few with another."""
    server, name = service_url("postgresql"), f"crowded_{secrets.token_hex(6)}"
    url = f"{server.rpartition('/')[0]}/{name}"
    asyncio.run(execute(server, f"CREATE DATABASE {name}"))
    asyncio.run(migrate(url))
    asyncio.run(fill(url))
    yield url
    asyncio.run(execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def crowded(crowded_url):
    """On one connection, so that a test knows it."""
    database = Database(crowded_url, options=DatabaseOptions(pool=1))
    await database.open()
    yield database
    await database.close()


async def execute(url, statement):
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


async def fill(url):
    database = Database(url)
    await database.open()
    catalog = SqlCatalog(database)
    for start in range(0, FILES, 1_500):
        async with catalog.begin() as unit:
            await unit.save_places([a_song(n) for n in range(start, min(start + 1_500, FILES))])
    await database.close()
    await execute(url, "ANALYZE files")


def a_song(number):
    title = f"{'rare' if number % 500 == 0 else 'common'} song {number:05d}"
    media = a_media(tags=Tags(title=title, artist="common")).model_dump(mode="json")
    return a_place(
        path=b"/music/%03d/%d.flac" % (number // 100, number),
        kind=Kind.IMAGE if number % 9 == 0 else Kind.AUDIO,
        media=media,
        size=number,
        added_time=a_time(number),
    )


@asynccontextmanager
async def plans_of(database, url):
    """The plans of what is asked meanwhile, as the server makes them for these values."""
    asked: list[tuple[str, tuple[object, ...]]] = []
    plans: list[dict[str, object]] = []

    def note(query):
        if ("files" in query.query or "search_" in query.query) and query.query.startswith(
            ("SELECT", "WITH", "(")
        ):
            asked.append((query.query, query.args))

    await database.read(lambda at: at.connection.driver_connection.add_query_logger(note))
    yield plans
    await asyncio.sleep(0)  # loggers are called soon
    await database.read(lambda at: at.connection.driver_connection.remove_query_logger(note))
    connection = await asyncpg.connect(url)
    for statement, values in asked:
        plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *values)
        plans.extend(json.loads(plan))
    await connection.close()


def steps_of(plan):
    """All steps below, as (kind, index or table)."""
    node = plan.get("Plan", plan)
    yield node["Node Type"], node.get("Index Name") or node.get("Relation Name")
    for child in node.get("Plans", ()):
        yield from steps_of(child)


async def test_lists_are_merged_from_the_index_without_sorting(crowded, crowded_url):
    library = SqlLibrary(crowded)
    async with plans_of(crowded, crowded_url) as plans:
        page = await library.page(SHOWN, BY_TITLE, limit=20)
        await library.page(SHOWN, BY_TITLE, limit=20, after=page.next)

    steps = {step for plan in plans for step in steps_of(plan)}
    assert ("Merge Append", None) in steps
    assert ("Index Scan", "ix_files_shelf_title_key_id") in steps
    assert not steps & {("Sort", None), ("Seq Scan", "files")}


async def test_rare_words_are_found_by_the_index_of_words(crowded, crowded_url):
    async with plans_of(crowded, crowded_url) as plans:
        page = await SqlSearch(crowded).search(
            FileFilter(text="rare"), Sort(SortKey.RELEVANCE), limit=20
        )

    assert page.total == 21
    steps = {step for plan in plans for step in steps_of(plan)}
    assert ("Bitmap Index Scan", "ix_files_search") in steps
    assert ("Seq Scan", "files") not in steps


@pytest.mark.parametrize("sort", [Sort(SortKey.RELEVANCE), Sort(SortKey.ADDED), BY_TITLE])
async def test_common_words_are_looked_for_along_the_order(crowded, crowded_url, sort):
    search, where = SqlSearch(crowded), FileFilter(text="common", kinds=("audio", "image"))
    by_title = [number for number in range(FILES) if number % 500]
    async with plans_of(crowded, crowded_url) as plans:
        first = await search.search(where, sort, limit=20)
        second = await search.search(where, sort, limit=20, after=first.next)

    found = [place.size for place in (*first.items, *second.items)]
    assert first.total is None
    assert found == (by_title if sort is BY_TITLE else list(range(FILES))[::-1])[:40]
    pages = [steps for plan in plans if (steps := list(steps_of(plan)))[0][0] == "Limit"]
    assert len(pages) == 2
    assert not {kind for steps in pages for kind, _ in steps} & {"Sort", "Seq Scan"}


@pytest.mark.parametrize(
    "query", ["rare", "title:rare -kind:image", "year:1997 rare", '"rare song"', "rare OR nonesuch"]
)
async def test_queries_with_words_are_found_by_the_index_of_words(crowded, crowded_url, query):
    where = FileFilter(query=parse(query))
    async with plans_of(crowded, crowded_url) as plans:
        await SqlSearch(crowded).search(where, Sort(SortKey.RELEVANCE), limit=20)
        await SqlSearch(crowded).facet_counts(where)

    steps = {step for plan in plans for step in steps_of(plan)}
    assert ("Bitmap Index Scan", "ix_files_search") in steps
    assert ("Seq Scan", "files") not in steps


async def test_corrections_and_suggestions_are_read_by_their_keys(crowded, crowded_url):
    vocabulary = SqlVocabulary(crowded)
    while await vocabulary.learn(5_000):
        pass
    await execute(crowded_url, "ANALYZE search_words")
    await execute(crowded_url, "ANALYZE search_slips")
    search = SqlSearch(crowded)
    async with plans_of(crowded, crowded_url) as plans:
        found = await search.search(FileFilter(text="rrae"), Sort(SortKey.RELEVANCE), limit=5)
        await search.suggest("com", 3)

    assert found.query == "rare"
    assert found.total == 21
    steps = {step for plan in plans for step in steps_of(plan)}
    assert not steps & {("Seq Scan", name) for name in ("files", "search_words")}


async def test_crowded_facets_and_totals(crowded):
    library = SqlLibrary(crowded)

    facets = await library.facets(FileFilter(text="common"))
    assert sum(facets["kind"].values()) == FILES
    assert (await library.page(FileFilter(folder=b"/music/001"), Sort(), limit=1)).total == 100
