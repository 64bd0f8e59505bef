"""What goes wrong with a PostgreSQL server is said in words, and nothing stays behind."""

import asyncio
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.database import Database, DatabaseOptions, migrate
from apollonia.adapters.database.bulk import run
from apollonia.errors import CatalogUnavailableError
from apollonia.testing.builders import a_place

pytestmark = pytest.mark.service


async def opening(url: str, **options: Any) -> None:
    database = Database(url, options=DatabaseOptions(**options))
    try:
        await database.open()
    finally:
        await database.close()


def changed(url: str, **parts: str) -> str:
    found = urlsplit(url)
    login = parts.get("login", f"{found.username}:{found.password}")
    at = parts.get("at", f"{found.hostname}:{found.port}")
    return f"postgresql://{login}@{at}/{parts.get('database', found.path[1:])}"


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"login": "apollonia:S3CRET"}, "user or password"),
        ({"login": "nobody:S3CRET"}, "user or password"),
        ({"database": "not_there"}, "createdb"),
        ({"at": "127.0.0.1:1"}, "is away"),
    ],
)
async def test_unusable_server_is_said_without_the_password(url, parts, words):
    for attempt in (opening, migrate):
        with pytest.raises(CatalogUnavailableError, match=words) as caught:
            await attempt(changed(url, **parts))
        assert "S3CRET" not in str(caught.value)
        assert urlsplit(url).password not in str(caught.value)


async def test_server_that_does_not_answer_is_given_up(url):
    async def silent(reader, writer) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    start = time.monotonic()
    async with server:
        with pytest.raises(CatalogUnavailableError, match=r"answer in time|is away"):
            await opening(changed(url, at=f"127.0.0.1:{port}"), connect_timeout_s=0.3)
    assert time.monotonic() - start < 3


async def test_database_without_tables_asks_for_migrate(empty_url):
    with pytest.raises(CatalogUnavailableError, match="apollonia migrate"):
        await opening(empty_url)


async def test_too_many_connections_are_said(open_database, admin):
    database = await open_database()
    name = await admin.fetchval("SELECT current_database()")
    await admin.execute(f"CREATE ROLE {name}_role LOGIN PASSWORD 'x' CONNECTION LIMIT 0")
    try:
        url = changed(f"postgresql://x:x@{_server(admin)}/{name}", login=f"{name}_role:x")
        with pytest.raises(CatalogUnavailableError, match="max_connections"):
            await opening(url)
    finally:
        await admin.execute(f"DROP ROLE {name}_role")
    await database.ping()


def _server(connection) -> str:
    host, port = connection._addr
    return f"{host}:{port}"


async def test_read_only_server_is_said(open_database, admin):
    database = await open_database()
    name = await admin.fetchval("SELECT current_database()")
    await admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")

    later = await open_database()
    with pytest.raises(CatalogUnavailableError, match="read-only"):
        async with SqlCatalog(later).begin() as unit:
            await unit.save_places([a_place()])
    await database.ping()


async def test_reads_cannot_write(open_database):
    database = await open_database()

    with pytest.raises(CatalogUnavailableError, match="read-only"):
        await database.read(lambda at: run(at, "UPDATE relay SET position = 9"))


async def test_slow_statement_is_given_up_and_the_connection_is_good(open_database):
    database = await open_database(pool=2, statement_timeout_s=0.1)

    for _ in range(4):
        with pytest.raises(CatalogUnavailableError, match="statement_timeout_seconds"):
            await database.read(lambda at: run(at, "SELECT pg_sleep(5)"))

    await database.ping()


async def test_cancelled_visit_is_rolled_back_and_its_locks_are_let_go(open_database, admin):
    database = await open_database(pool=2)

    async def write() -> None:
        async with database.writing() as session:
            await session.visit(lambda at: run(at, "UPDATE relay SET position = 9"))
            await session.visit(lambda at: run(at, "SELECT pg_sleep(30)"))

    for _ in range(4):
        task = asyncio.create_task(write())
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert await SqlCatalog(database).position() == 0
    await admin.execute("SET lock_timeout = '1s'")
    await admin.execute("SELECT * FROM relay FOR UPDATE")


async def test_connections_closed_by_the_server_are_replaced(open_database, admin):
    database = await open_database(pool=2)
    await asyncio.gather(database.ping(), database.ping())
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await asyncio.sleep(0.1)

    await asyncio.gather(*(database.ping() for _ in range(4)))


async def test_busy_pool_is_said_not_waited_for_without_end(open_database):
    database = await open_database(pool=2, busy_timeout_s=0.2)
    blocked = [
        asyncio.create_task(database.read(lambda at: run(at, "SELECT pg_sleep(1)")))
        for _ in range(2)
    ]
    await asyncio.sleep(0.1)

    with pytest.raises(CatalogUnavailableError, match="in use"):
        await database.ping()
    await asyncio.gather(*blocked)


async def test_close_leaves_no_connection_behind(url, admin):
    database = Database(url, options=DatabaseOptions(busy_timeout_s=0.1))
    await database.open()
    reading = asyncio.create_task(database.read(lambda at: run(at, "SELECT pg_sleep(0.5)")))
    await asyncio.sleep(0.1)

    await database.close()
    await reading

    with pytest.raises(CatalogUnavailableError, match="not open"):
        await database.ping()
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    async with asyncio.timeout(10):  # a server's process takes its time to end
        while await admin.fetchval(others) > 1:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.05)


async def test_texts_that_postgresql_cannot_keep_are_cleaned(open_database):
    tags = {"title": "a\x00b\ud800", "artist": "\udfff", "album": "\x00"}
    place = a_place(media={"tags": tags, "codecs": ["x\x00"]}, reason="r\x00\ud800", root="/m\x00")
    catalog = SqlCatalog(await open_database())

    async with catalog.begin() as unit:
        await unit.save_places([place])
        found = (await unit.places_by_id([place.id]))[place.id]

    assert found.root == "/m"
    assert found.reason is not None
    assert found.reason.startswith("r")
