"""A migrated PostgreSQL database of its own for each test, and servers of our own."""

import asyncio
import secrets
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from apollonia.adapters.database import Database, DatabaseOptions, migrate

sys.path.insert(0, str(Path(__file__).parents[3] / "scripts"))

type OpenDatabase = Callable[..., Awaitable[Database]]


@pytest.fixture
def empty_url(service_url):
    """The URL of a new database without any tables."""
    server = service_url("postgresql")
    name = f"writers_{secrets.token_hex(6)}"
    asyncio.run(execute(server, f"CREATE DATABASE {name}"))
    yield f"{server.rpartition('/')[0]}/{name}"
    asyncio.run(execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def url(empty_url):
    await migrate(empty_url)
    return empty_url


@pytest.fixture
async def open_database(url) -> AsyncIterator[OpenDatabase]:
    """Opens the database once more; each call stands for another process."""
    opened = []

    async def open_one(**options: Any) -> Database:
        database = Database(url, options=DatabaseOptions(**options))
        await database.open()
        opened.append(database)
        return database

    yield open_one
    for database in opened:
        await database.close()


async def execute(url: str, statement: str) -> None:
    """Run it on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
async def admin(url):
    """Another connection to the database."""
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
def servers_folder():
    """Where servers of a test keep their files: their user may pass through it."""
    folder = Path(tempfile.mkdtemp(prefix="apollonia-test-servers-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def database(postgresql_url):
    """Open, with little patience."""
    opened = Database(postgresql_url, options=DatabaseOptions(pool=4, busy_timeout_s=5))
    await opened.open()
    yield opened
    await opened.close()
