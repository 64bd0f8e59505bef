"""The databases that the SQL adapters are tested on; a new one joins by a line in ``DATABASES``."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from apollonia.adapters.database import Database, DatabaseOptions, migrate

type OpenDatabase = Callable[[], Awaitable[Database]]

DATABASES = ("sqlite",)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    """A migrated, empty database; copied for each test, which is faster than migrating."""
    import asyncio

    file = tmp_path_factory.mktemp("template") / "catalog.db"
    asyncio.run(migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture(params=DATABASES)
async def open_database(request, tmp_path, migrated_file) -> AsyncIterator[OpenDatabase]:
    """Opens the test's database; each call stands for another process."""
    file = tmp_path / "catalog.db"
    shutil.copy(migrated_file, file)
    opened = []

    async def open_one() -> Database:
        options = DatabaseOptions(readers=2, write_cache_mib=4, read_cache_mib=2)
        database = Database(f"sqlite:///{file}", options=options)
        await database.open()
        opened.append(database)
        return database

    yield open_one
    for database in opened:
        await database.close()
