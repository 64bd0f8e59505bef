"""The database away, full, locked or read-only: the right error, what to do, nothing half done."""

import asyncio
import sqlite3
import threading
from contextlib import closing

import pytest

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.database import Database
from apollonia.adapters.database.bulk import run
from apollonia.adapters.graph import SqlGraph
from apollonia.errors import CatalogUnavailableError, ConflictError, GraphUnavailableError
from apollonia.testing.builders import a_place


@pytest.fixture
def catalog(database):
    return SqlCatalog(database)


async def save(catalog, *places) -> None:
    async with catalog.begin() as unit:
        await unit.save_places(places)


async def found(catalog, *places) -> int:
    async with catalog.begin() as unit:
        return len(await unit.places_by_id([place.id for place in places]))


async def test_full_disk_is_said_and_nothing_is_half_done(catalog, database):
    pages = (await database.write(lambda at: run(at, "PRAGMA page_count")))[0][0]
    await database.write(lambda at: run(at, f"PRAGMA max_page_count = {pages + 20}"))
    places = [a_place() for _ in range(500)]

    with pytest.raises(CatalogUnavailableError, match="free some disk space"):
        await save(catalog, *places)

    assert await found(catalog, *places) == 0
    await database.write(lambda at: run(at, "PRAGMA max_page_count = 1000000"))
    await save(catalog, *places)
    assert await found(catalog, *places) == 500


async def test_locked_database_is_said_and_works_again_later(catalog, file):
    place = a_place()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CatalogUnavailableError, match="locked by another process"):
            await save(catalog, place)
        other.execute("ROLLBACK")

    await save(catalog, place)


async def test_reading_goes_on_while_another_process_writes(catalog, database, file):
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(5):
            await catalog.ping()
            assert await catalog.position() == 0
            assert list(await catalog.relay_changes(5)) == []
        other.execute("ROLLBACK")


async def test_read_only_database_is_said(catalog, database):
    await database.write(lambda at: run(at, "PRAGMA query_only = ON"))

    with pytest.raises(CatalogUnavailableError, match="make the data folder writable"):
        await save(catalog, a_place())


async def test_readers_cannot_write(database):
    with pytest.raises(CatalogUnavailableError, match="attempt to write a readonly database"):
        await database.read(lambda at: run(at, "DELETE FROM changes"))


async def test_missing_table_asks_for_migration(catalog, file):
    with closing(sqlite3.connect(file)) as other:
        other.execute("DROP TABLE pending_changes")

    with pytest.raises(CatalogUnavailableError, match="apollonia migrate"):
        await catalog.relay_changes(5)


async def test_use_before_open_and_after_close_is_said(file):
    database = Database(f"sqlite:///{file}")
    catalog = SqlCatalog(database)
    with pytest.raises(CatalogUnavailableError, match="not open"):
        await catalog.ping()

    await database.open()
    await database.open()
    await catalog.ping()
    await database.close()
    await database.close()

    with pytest.raises(CatalogUnavailableError, match="not open"):
        await save(catalog, a_place())
    with pytest.raises(GraphUnavailableError, match="not open"):
        await SqlGraph(database).ping()


async def test_busy_readers_are_said_not_waited_for_without_end(database):
    go_on = threading.Event()
    long = asyncio.create_task(database.read(lambda _: go_on.wait(30)))
    await asyncio.sleep(0)

    with pytest.raises(CatalogUnavailableError, match="in use"):
        await database.ping()

    go_on.set()
    assert await long
    await database.ping()


async def test_cancelled_unit_of_work_is_rolled_back_and_the_next_one_works(catalog):
    place = a_place()
    begun = asyncio.Event()

    async def hang():
        async with catalog.begin() as unit:
            await unit.save_places([place])
            begun.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(hang())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with asyncio.timeout(5):
        assert await found(catalog, place) == 0
        await save(catalog, place)
        assert await found(catalog, place) == 1


async def test_unit_of_work_cancelled_at_any_moment_leaves_all_or_nothing(catalog):
    for moment in range(25):
        places = [a_place() for _ in range(300)]
        task = asyncio.create_task(save(catalog, *places))
        await asyncio.sleep(0.002 * moment)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

        async with asyncio.timeout(10):
            assert await found(catalog, *places) in {0, 300}


async def test_conflict_leaves_the_database_usable(catalog):
    place = a_place()
    await save(catalog, place)
    with pytest.raises(ConflictError):
        await save(catalog, a_place(path=place.path, id="other"))

    await save(catalog, a_place())


async def test_commit_survives_power_loss_settings(database):
    async with database.writing() as session:
        for pragma, value in (("synchronous", 2), ("journal_mode", "wal"), ("foreign_keys", 1)):
            found = await session.visit(lambda at, name=pragma: run(at, f"PRAGMA {name}"))
            assert found[0][0] == value


async def test_log_can_only_grow(database, file):
    with closing(sqlite3.connect(file)) as other:
        other.execute(
            "INSERT INTO file_events VALUES"
            " ('e', 'p', x'2f', 'IN_CREATE', 't', 't', NULL, NULL, x'')"
        )
        for statement in ("UPDATE file_events SET path = x''", "DELETE FROM file_events"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                other.execute(statement)
