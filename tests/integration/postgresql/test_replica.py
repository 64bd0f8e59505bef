"""A real streaming replica that lags: own writes are read, and nothing depends on it."""

import asyncio
import time

import pytest

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.database import Database
from apollonia.adapters.database.bulk import run
from apollonia.adapters.database.replica import Replica
from apollonia.adapters.library import SqlLibrary
from apollonia.adapters.search import SqlSearch
from apollonia.domain.paging import FileFilter, Sort, SortKey
from apollonia.ports.catalog import PendingChange
from apollonia.testing.builders import a_place, a_time

pytestmark = [
    pytest.mark.service,
    pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning"),  # our own server goes on
]

DELAY_S = 1.0


@pytest.fixture(scope="module")
def lagging(service_url, migrated_database, servers_folder):
    """The URL of our database on a replica that shows each commit 1 s later."""
    from servers.ground import stop
    from servers.replica import start

    running = start(servers_folder, service_url("postgresql"), delay_s=DELAY_S)
    name = migrated_database.rpartition("/")[2]
    yield running.urls["postgresql-replica"].rpartition("/")[0] + f"/{name}"
    for pid in running.pids:
        stop(pid, limit_s=3)


@pytest.fixture
async def replica(lagging, database):
    opened = Replica(lagging, database)
    await opened.open()
    yield opened
    await opened.close()


async def save(database, *places):
    catalog = SqlCatalog(database)
    async with catalog.begin() as unit:
        await unit.save_places(places)
        await unit.record_changes(
            [PendingChange("file", it.id, "created", a_time()) for it in places]
        )
    await catalog.relay_changes(100)


async def read_on(replica) -> bool:
    """Whether a query is answered by the replica."""
    rows = await replica.read(lambda at: run(at, "SELECT pg_is_in_recovery()"))
    return bool(rows[0][0])


async def until_read_on(replica):
    end = time.monotonic() + 10
    while not await read_on(replica):
        assert time.monotonic() < end, "the replica never came near"
        await asyncio.sleep(0.1)


async def test_replica_answers_queries_once_it_has_all_that_we_know(replica):
    await until_read_on(replica)

    assert await replica.check() is None


async def test_own_writes_are_read_while_the_replica_lags(replica, database):
    await until_read_on(replica)
    place = a_place()
    await save(database, place)

    assert (await SqlLibrary(replica).place(place.id)) is not None
    words = FileFilter(text=place.path.rpartition(b"/")[2].decode())
    found = await SqlSearch(replica).search(words, Sort(SortKey.RELEVANCE), limit=5)
    assert place.id in [it.id for it in found.items]
    assert not await read_on(replica)
    assert "behind" in (await replica.check() or "")

    await until_read_on(replica)  # and then it is there as well
    assert (await SqlLibrary(replica).place(place.id)) is not None


async def test_what_others_wrote_may_come_later_until_its_change_is_read(
    replica, database, postgresql_url
):
    await until_read_on(replica)
    other = Database(postgresql_url)
    await other.open()
    place = a_place()
    await save(other, place)
    await other.close()

    assert await read_on(replica)
    assert (await SqlLibrary(replica).place(place.id)) is None
    assert [it.id for it in await SqlCatalog(database).changes(0, 10)] == [place.id]
    assert (await SqlLibrary(replica).place(place.id)) is not None


async def test_queries_go_to_the_primary_while_the_replica_is_away(database, postgresql_url):
    nowhere = Replica("postgresql://nobody:x@127.0.0.1:1/nothing", database)
    await nowhere.open()
    place = a_place()
    await save(database, place)

    assert (await SqlLibrary(nowhere).place(place.id)) is not None
    assert "127.0.0.1:1" in (await nowhere.check() or "")
    await nowhere.close()


async def test_primary_is_no_replica_of_itself(database, postgresql_url):
    same = Replica(postgresql_url, database)
    await same.open()

    assert not await read_on(same)
    assert "no replica" in (await same.check() or "")
    await same.close()
