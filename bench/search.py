"""The query language over a million files, on SQLite and PostgreSQL, beside the same SQL by hand.

Each measure warms up, then asks ours and the hand-written one in turns. ``--database NAME=URL``
takes a catalog that ``--keep`` has left, which saves the filling.
"""

import argparse
import asyncio
import json
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.database import Database, DatabaseOptions, migrate
from apollonia.adapters.database.bulk import run
from apollonia.adapters.library import SqlLibrary
from apollonia.adapters.search import SqlSearch, SqlVocabulary
from apollonia.adapters.search.vocabulary import slip_key
from apollonia.domain.paging import After, FileFilter, Sort, SortKey
from apollonia.domain.spelling import forms_asked
from apollonia.domain.times import format_micros
from report import Measure, percentile, write
from search_measures.by_hand import OnPostgres, OnSqlite
from search_measures.corpus import Corpus, added_micros

SHOWN = FileFilter(availabilities=("present", "missing"))
RELEVANCE = Sort(SortKey.RELEVANCE)
BATCH = 1_000
_SERVICES = Path(__file__).parents[1] / ".services.json"
SMALL = 10_000
_WARM = 10
_SLACK_MS = 2.0
_RATIO = 1.5
_COLUMNS = {SortKey.ADDED: "added_time", SortKey.TITLE: "title_key", SortKey.SIZE: "size"}

type Ask = Callable[[], Awaitable[Any]]


@dataclass
class Ground:
    """One database with everything that is asked of it."""

    name: str
    database: Database
    by_hand: OnPostgres | OnSqlite
    files: int
    repeat: int
    measures: list[Measure] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.search, self.library = SqlSearch(self.database), SqlLibrary(self.database)
        self.rng = random.Random(7)

    async def compare(self, what: str, limit_ms: float, pairs: Sequence[tuple[Ask, Ask]]) -> None:
        """Both p95; holds when ours is below the limit, and near enough to the other."""
        ours: list[float] = []
        theirs: list[float] = []
        for number, (mine, hand) in enumerate([*pairs[:_WARM], *pairs]):
            for ask, times in ((hand, theirs), (mine, ours)):
                begin = time.perf_counter()
                await ask()
                if number >= _WARM:
                    times.append((time.perf_counter() - begin) * 1_000)
        value, against = percentile(ours, 0.95), percentile(theirs, 0.95)
        middle, middle_hand = percentile(ours, 0.5), percentile(theirs, 0.5)
        near = middle <= max(_RATIO * middle_hand, middle_hand + _SLACK_MS)
        print(f"   {self.name} {what}: p50 {middle:.2f} ms, by hand {middle_hand:.2f}", flush=True)
        self.measures.append(
            Measure(
                measure=f"{self.name}: {what}, p95",
                value=value,
                unit="ms",
                against="the same by hand, p95",
                limit=against,
                target=f"< {limit_ms:g} ms; p50 at most {_RATIO} x by hand, or 2 ms above",
                holds=value < limit_ms and near,
            )
        )


async def fill(url: str, files: int) -> tuple[float, float]:
    """Files a second through the unit of work: the first 10,000, and the last."""
    await migrate(url)
    database = Database(url)
    await database.open()
    catalog, corpus, rates = SqlCatalog(database), Corpus(), []
    for start in range(0, files, SMALL):
        spent = 0.0
        for first in range(start, min(start + SMALL, files), BATCH):
            places = list(corpus.places(first, min(first + BATCH, files), files))
            begin = time.perf_counter()
            async with catalog.begin() as unit:
                await unit.save_places(places)
            spent += time.perf_counter() - begin
        rates.append(min(SMALL, files - start) / spent)
        if start % 100_000 == 0:
            print(f"   {start + SMALL} files, {rates[-1]:.0f}/s", flush=True)
    if url.startswith("postgresql"):
        connection = await asyncpg.connect(url)
        await connection.execute("VACUUM ANALYZE")
        await connection.close()
    vocabulary = SqlVocabulary(database)
    while await vocabulary.learn(5_000):
        pass
    await database.close()
    return rates[0], sorted(rates[-5:])[len(rates[-5:]) // 2]


async def measure(ground: Ground) -> None:
    """Everything but the filling."""
    shelves = await ground.database.read(
        lambda at: [row[0] for row in run(at, "SELECT number FROM shelves WHERE files > 0")]
    )
    await pages(ground, shelves)
    await jumps(ground, shelves)
    classes = await words(ground)
    for name, limit_ms in (("rare", 15), ("middling", 15), ("commonest", 60)):
        chosen = [ground.rng.choice(classes[name]) for _ in range(ground.repeat)]
        many = name == "commonest"
        pairs = [_words(ground, word, many=many) for word in chosen]
        await ground.compare(f"{name} word, page of 50", limit_ms, pairs)
    for name in ("middling", "commonest"):
        chosen = [ground.rng.choice(classes[name]) for _ in range(max(20, ground.repeat // 4))]
        await ground.compare(
            f"facets under a {name} word", 60, [_facets(ground, it) for it in chosen]
        )
    await slips(ground, classes["middling"])


async def pages(ground: Ground, shelves: Sequence[int]) -> None:
    for key, column in _COLUMNS.items():
        numbers = [ground.rng.randrange(1, ground.files) for _ in range(ground.repeat)]
        marks = ", ".join(map(str, numbers))
        statement = f"SELECT {column}, id FROM files WHERE number IN ({marks})"
        ends = await ground.database.read(partial(run, statement=statement))
        pairs = [_page(ground, shelves, key, row[0], row[1]) for row in ends]
        await ground.compare(f"page of 50 by {key}, any depth", 3, pairs)


async def jumps(ground: Ground, shelves: Sequence[int]) -> None:
    moments = [ground.rng.randrange(ground.files) for _ in range(ground.repeat)]
    times = [format_micros(added_micros(it, ground.files)) for it in moments]
    pairs = [_page(ground, shelves, SortKey.ADDED, it, "") for it in times]
    await ground.compare("jump to a point of the timeline", 10, pairs)


async def words(ground: Ground) -> dict[str, list[str]]:
    """Words by how many files have them."""
    found: dict[str, list[str]] = {"rare": [], "middling": [], "commonest": []}
    known = await ground.database.read(
        lambda at: run(
            at, "SELECT word FROM search_words WHERE field = 'word' ORDER BY files DESC LIMIT 40000"
        )
    )
    candidates = [row[0] for row in known if not any(map(str.isdigit, row[0]))]
    for word in [*candidates[:8], *ground.rng.sample(candidates, min(600, len(candidates)))]:
        page = await ground.search.search(FileFilter(text=word), RELEVANCE, limit=1)
        count = page.total
        if count is None:
            found["commonest"].append(word)
        elif count <= 100:
            found["rare"].append(word)
        elif count <= 2_000:
            found["middling"].append(word)
    found["commonest"] = found["commonest"][:5]
    print(f"   {ground.name}: { {name: len(them) for name, them in found.items()} }", flush=True)
    return found


async def slips(ground: Ground, known: Sequence[str]) -> None:
    pairs = []
    for word in ground.rng.choices([it for it in known if len(it) >= 5], k=ground.repeat):
        at = ground.rng.randrange(1, len(word) - 1)
        typed = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if typed != word:
            pairs.append(_slip(ground, typed, word))
    await ground.compare("typing error corrected, page of 50", 40, pairs)


def _page(
    ground: Ground, shelves: Sequence[int], key: SortKey, value: Any, last: str
) -> tuple[Ask, Ask]:
    after = After(value, last)
    return (
        lambda: ground.library.page(SHOWN, Sort(key), limit=50, after=after),
        lambda: ground.by_hand.page(shelves, _COLUMNS[key], value, last),
    )


def _words(ground: Ground, word: str, *, many: bool) -> tuple[Ask, Ask]:
    where = FileFilter(text=word, availabilities=SHOWN.availabilities)
    return (
        lambda: ground.search.search(where, RELEVANCE, limit=50),
        lambda: ground.by_hand.words(word, many=many),
    )


def _facets(ground: Ground, word: str) -> tuple[Ask, Ask]:
    where = FileFilter(text=word, availabilities=SHOWN.availabilities)
    return lambda: ground.search.facet_counts(where), lambda: ground.by_hand.facets(word)


def _slip(ground: Ground, typed: str, meant: str) -> tuple[Ask, Ask]:
    keys = [slip_key(form) for form in forms_asked(typed)]
    where = FileFilter(text=typed, availabilities=SHOWN.availabilities)

    async def by_hand() -> None:
        await ground.by_hand.words(typed, many=False)
        await ground.by_hand.meant(keys)
        await ground.by_hand.words(meant, many=False)

    return lambda: ground.search.search(where, RELEVANCE, limit=50), by_hand


@asynccontextmanager
async def opened(name: str, url: str, files: int, repeat: int) -> AsyncIterator[Ground]:
    database = Database(url, options=DatabaseOptions(read_cache_mib=64))
    await database.open()
    try:
        if name == "sqlite":
            raw = sqlite3.connect(url.removeprefix("sqlite:///"))
            for pragma in ("mmap_size = 1073741824", "cache_size = -65536"):
                raw.execute(f"PRAGMA {pragma}")
            yield Ground(name, database, OnSqlite(raw), files, repeat)
            raw.close()
        else:
            connection = await asyncpg.connect(url, server_settings={"jit": "off"})
            await connection.execute("SET plan_cache_mode = force_custom_plan")
            yield Ground(name, database, OnPostgres(connection), files, repeat)
            await connection.close()
    finally:
        await database.close()


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=300, help="questions of each kind")
    parser.add_argument("--only", default="sqlite,postgresql")
    parser.add_argument("--database", action="append", default=[], metavar="NAME=URL")
    parser.add_argument("--keep", action="store_true", help="leave the databases, and say where")
    arguments = parser.parse_args()
    given = dict(it.split("=", 1) for it in arguments.database)
    measures: list[Measure] = []
    for name in arguments.only.split(","):
        async with place_for(name, given.get(name), keep=arguments.keep) as url:
            if url is None:
                print(f"   {name}: not running here (`make services ARGS={name}`)")
                continue
            if name not in given:
                first, last = await fill(url, arguments.files)
                measures.append(
                    Measure(
                        measure=f"{name}: files a second at {arguments.files} files",
                        value=last,
                        unit="files/s",
                        against="at 10,000 files",
                        limit=first,
                        target=">= 0.8 x",
                        holds=last >= 0.8 * first,
                    )
                )
            async with opened(name, url, arguments.files, arguments.repeat) as ground:
                await measure(ground)
                measures += ground.measures
    return write("search", measures)


@asynccontextmanager
async def place_for(name: str, given: str | None, *, keep: bool) -> AsyncIterator[str | None]:
    """The URL of an empty database that is gone afterwards, or of one that is there."""
    if given is not None:
        yield given
    elif name == "sqlite":
        folder = Path(tempfile.mkdtemp(prefix="apollonia-bench-search-"))
        try:
            yield f"sqlite:///{folder / 'catalog.db'}"
        finally:
            if not keep:
                shutil.rmtree(folder)
            else:
                print(f"   kept: --database sqlite=sqlite:///{folder / 'catalog.db'}")
    else:
        state = json.loads(_SERVICES.read_text()) if _SERVICES.exists() else {}
        server = state.get("postgresql", {}).get("urls", {}).get("postgresql")
        if server is None:
            yield None
            return
        database = f"bench_search_{random.randrange(10**9)}"
        await _execute(server, f"CREATE DATABASE {database}")
        url = f"{server.rpartition('/')[0]}/{database}"
        try:
            yield url
        finally:
            if not keep:
                await _execute(server, f"DROP DATABASE {database} WITH (FORCE)")
            else:
                print(f"   kept: the database {database}")


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
