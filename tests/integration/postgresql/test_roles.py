"""The roles of ``deploy/postgresql/roles.sql``: each may do its work, and no more."""

import asyncio
import hashlib
import secrets
from pathlib import Path

import asyncpg
import pytest

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.control import SqlControl
from apollonia.adapters.database import Database, migrate
from apollonia.adapters.database.postgres_doctor import shortcomings
from apollonia.adapters.library import SqlLibrary
from apollonia.adapters.search import SqlSearch
from apollonia.domain.paging import FileFilter, Sort, SortKey
from apollonia.errors import CatalogUnavailableError
from apollonia.testing.builders import a_place

pytestmark = pytest.mark.service

ROLES = (Path(__file__).parents[3] / "deploy/postgresql/roles.sql").read_text()
LOCK = 735_001


@pytest.fixture(scope="module")
def as_role(service_url):
    """``as_role("app")``: the URL of a new database as that role; roles belong to the server."""
    server = service_url("postgresql")
    name = f"roles_{secrets.token_hex(6)}"
    password = _password(server)
    host = server.rpartition("@")[2].rpartition("/")[0]
    asyncio.run(_prepare(server, name))

    def url(role: str) -> str:
        return f"postgresql://apollonia_{role}:{password}@{host}/{name}"

    asyncio.run(migrate(url("migrate")))
    yield url
    asyncio.run(_drop(server, name))


def _password(server: str) -> str:
    """One for all processes of a test run: the roles are theirs together."""
    return hashlib.sha256(server.encode()).hexdigest()[:24]


async def _prepare(server: str, name: str) -> None:
    owner = await asyncpg.connect(server)
    try:
        await owner.execute(f"SELECT pg_advisory_lock({LOCK})")  # roles belong to all
        await owner.execute(f"CREATE DATABASE {name}")
        inside = await asyncpg.connect(f"{server.rpartition('/')[0]}/{name}")
        try:
            await inside.execute(ROLES)
            await inside.execute(ROLES)  # may be run again
            for role in ("migrate", "app", "read"):
                await inside.execute(f"ALTER ROLE apollonia_{role} PASSWORD '{_password(server)}'")
        finally:
            await inside.close()
    finally:
        await owner.close()


async def _drop(server: str, name: str) -> None:
    owner = await asyncpg.connect(server)
    try:
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await owner.close()


async def test_app_does_the_work_of_the_services(as_role):
    await migrate(as_role("app"))  # finds it done, and needs no right to do it
    database = Database(as_role("app"))
    await database.open()
    catalog, place = SqlCatalog(database), a_place(path=b"/music/roles.flac")
    async with catalog.begin() as unit:
        await unit.save_places([place])
    await catalog.relay_changes(10)
    assert await SqlControl(database).acquire("root:/music", "host:/data", 30)

    assert await SqlLibrary(database).place(place.id) is not None
    await database.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE files",
        "ALTER TABLE files ADD COLUMN more text",
        "TRUNCATE files",
        "CREATE TABLE more (number bigint)",
        "DROP INDEX ix_files_search",
        "CREATE SCHEMA more",
    ],
)
@pytest.mark.parametrize("role", ["app", "read"])
async def test_services_may_not_change_tables(as_role, role, statement):
    connection = await asyncpg.connect(as_role(role))
    try:
        with pytest.raises(
            (asyncpg.InsufficientPrivilegeError, asyncpg.ReadOnlySQLTransactionError)
        ):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_reader_reads_and_writes_nothing(as_role):
    database = Database(as_role("read"))
    await database.open()
    words = FileFilter(text="nothing")

    assert (await SqlSearch(database).search(words, Sort(SortKey.RELEVANCE), limit=1)).total == 0
    with pytest.raises(CatalogUnavailableError):
        async with SqlCatalog(database).begin() as unit:
            await unit.save_places([a_place()])
    await database.close()


async def test_doctor_says_what_is_missing(service_url, as_role):
    name = as_role("app").rpartition("/")[2]
    owner = await asyncpg.connect(f"{service_url('postgresql').rpartition('/')[0]}/{name}")
    database = Database(as_role("app"))
    await database.open()
    assert await shortcomings(database) is None
    try:
        await owner.execute("DROP EXTENSION pg_trgm")
        await owner.execute("REVOKE INSERT ON files FROM apollonia_app")
        words = await shortcomings(database) or ""
        assert "INSERT in files:" in words
        assert "CREATE EXTENSION pg_trgm" in words
    finally:
        await owner.execute("CREATE EXTENSION pg_trgm; GRANT INSERT ON files TO apollonia_app")
        await owner.close()
        await database.close()


async def test_app_is_told_that_it_may_not_migrate(service_url, as_role):
    server, name = service_url("postgresql"), f"unmigrated_{secrets.token_hex(6)}"
    await _prepare(server, name)
    try:
        with pytest.raises(CatalogUnavailableError, match="APOLLONIA_CATALOG__MIGRATE_URL"):
            await migrate(f"{as_role('app').rpartition('/')[0]}/{name}")
    finally:
        await _drop(server, name)
