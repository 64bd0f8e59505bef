"""The databases that the SQL adapters are tested on; a new one joins by a line in ``DATABASES``."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from apollonia.adapters.database import Database, DatabaseOptions, migrate

type OpenDatabase = Callable[[], Awaitable[Database]]

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    """A migrated, empty database; copied for each test, which is faster than migrating."""
    file = tmp_path_factory.mktemp("template") / "catalog.db"
    asyncio.run(migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture
def empty_database(request, tmp_path) -> Callable[[str], str]:
    """Makes a migrated, empty database of a kind; its URL."""

    def make(kind: str) -> str:
        if kind == "sqlite":
            file = tmp_path / "catalog.db"
            shutil.copy(request.getfixturevalue("migrated_file"), file)
            return f"sqlite:///{file}"
        return str(request.getfixturevalue("postgresql_url"))

    return make


@pytest.fixture(params=DATABASES)
def database_url(request, empty_database) -> str:
    """The URL of a migrated, empty database."""
    return str(empty_database(request.param))


@pytest.fixture
async def open_database(database_url) -> AsyncIterator[OpenDatabase]:
    """Opens the test's database; each call stands for another process."""
    opened = []

    async def open_one() -> Database:
        options = DatabaseOptions(readers=2, write_cache_mib=4, read_cache_mib=2, pool=4)
        database = Database(database_url, options=options)
        await database.open()
        opened.append(database)
        return database

    yield open_one
    for database in opened:
        await database.close()
