"""The databases that the SQL adapters are tested on; a new one joins by a line in ``DATABASES``."""

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

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


@pytest.fixture(scope="session")
def migrated_database(service_url) -> Iterator[str]:
    """The URL of a migrated database on the server; each process of a test run has its own."""
    server = service_url("postgresql")
    name = f"contract_{secrets.token_hex(6)}"
    url = f"{server.rpartition('/')[0]}/{name}"
    asyncio.run(_execute(server, f"CREATE DATABASE {name}"))
    try:
        asyncio.run(migrate(url))
        yield url
    finally:
        asyncio.run(_execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=DATABASES)
def database_url(request, tmp_path) -> str:
    """The URL of a migrated, empty database."""
    if request.param == "sqlite":
        file = tmp_path / "catalog.db"
        shutil.copy(request.getfixturevalue("migrated_file"), file)
        return f"sqlite:///{file}"
    url: str = request.getfixturevalue("migrated_database")
    asyncio.run(_execute(url, _EMPTY))
    return url


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


_EMPTY = """
DO $$ DECLARE names text; BEGIN
    SELECT string_agg(format('%I', tablename), ', ') INTO names FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version';
    EXECUTE 'TRUNCATE ' || names || ' RESTART IDENTITY';
    INSERT INTO relay (number, position, published) VALUES (1, 0, 0);
END $$
"""


async def _execute(url: str, statement: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
