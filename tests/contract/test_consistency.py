"""What ``Consistency`` promises: each injected fault is found, and put right."""

from dataclasses import dataclass

import pytest

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.consistency import SqlConsistency
from apollonia.adapters.database import Database
from apollonia.adapters.database.bulk import run
from apollonia.testing.builders import a_place


@dataclass
class Setup:
    database: Database
    consistency: SqlConsistency

    async def harm(self, statement):
        await self.database.write(lambda at: run(at, statement))


@pytest.fixture
async def setup(open_database):
    database = await open_database()
    async with SqlCatalog(database).begin() as unit:
        await unit.save_places([a_place(path=b"/music/%d.flac" % at) for at in range(3)])
    return Setup(database, SqlConsistency(database))


async def test_a_catalog_that_fits_has_no_faults(setup):
    assert await setup.consistency.counts() is None
    assert await setup.consistency.search() is None


async def test_counts_that_are_not_those_of_the_rows(setup):
    await setup.harm("UPDATE shelves SET files = files + 5")
    fault = await setup.consistency.counts()
    assert fault is not None
    assert (fault.part, fault.count) == ("counts", 1)
    assert "8 files kept, 3 are there" in fault.examples[0]
    await setup.consistency.recount()
    assert await setup.consistency.counts() is None


async def test_a_search_index_that_does_not_fit_its_rows(setup, database_url):
    if database_url.startswith("sqlite"):
        await setup.harm("INSERT INTO files_fts (files_fts) VALUES ('delete-all')")
    else:
        await setup.harm("UPDATE files SET search = 'else:1' WHERE path = '/music/1.flac'::bytea")
    fault = await setup.consistency.search()
    assert fault is not None
    assert (fault.part, fault.count) == ("search", 1)
    await setup.consistency.reindex()
    assert await setup.consistency.search() is None
