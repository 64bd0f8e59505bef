"""Threads that do the work: cancelled, slow and closed ones never hold up others."""

import asyncio
import threading

import pytest

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.database import Database, DatabaseOptions, migrate
from apollonia.adapters.database.bulk import run
from apollonia.adapters.library import SqlLibrary
from apollonia.errors import CatalogUnavailableError
from apollonia.testing.builders import a_place

COUNT = "SELECT count(*) FROM pending_changes"
ADD = "INSERT INTO pending_changes (entity, id, op, timestamp) VALUES ('file', 'x', 'created', 't')"


async def count(database) -> int:
    return int((await database.read(lambda at: run(at, COUNT)))[0][0])


class Gate:
    """Work that stands still within a thread until it may go on."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, connection) -> None:
        run(connection, ADD)
        self.entered.set()
        assert self.go_on.wait(30)
        run(connection, ADD)

    async def until_entered(self) -> None:
        assert await asyncio.to_thread(self.entered.wait, 30)


async def test_cancelled_visit_is_waited_for_then_rolled_back_and_the_writer_is_free(database):
    gate = Gate()

    async def unit():
        async with database.writing() as session:
            await session.visit(lambda at: run(at, ADD))
            await session.visit(gate)

    task = asyncio.create_task(unit())
    await gate.until_entered()
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0.01)
    assert not task.done()  # the thread is still inside
    gate.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await count(database) == 0
    async with asyncio.timeout(5):
        await database.write(lambda at: run(at, ADD))
    assert await count(database) == 1


async def test_write_cancelled_before_its_turn_does_nothing(database):
    gate = Gate()
    first = asyncio.create_task(database.write(gate))
    await gate.until_entered()
    second = asyncio.create_task(database.write(lambda at: run(at, ADD)))
    await asyncio.sleep(0.01)
    second.cancel()
    gate.go_on.set()
    await first

    with pytest.raises(asyncio.CancelledError):
        await second
    assert await count(database) == 2


async def test_cancelled_write_in_its_thread_is_whole(database):
    gate = Gate()
    task = asyncio.create_task(database.write(gate))
    await gate.until_entered()
    task.cancel()
    gate.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await count(database) == 2


async def test_failing_visit_rolls_everything_back(database):
    async def unit():
        async with database.writing() as session:
            await session.visit(lambda at: run(at, ADD))
            await session.visit(lambda _: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        await unit()

    assert await count(database) == 0
    await database.write(lambda at: run(at, ADD))


async def test_session_is_worthless_after_its_block(database):
    async with database.writing() as session:
        pass

    with pytest.raises(RuntimeError, match="over"):
        await session.visit(lambda at: run(at, ADD))


async def test_long_read_blocks_neither_other_reads_nor_writes(file):
    database = Database(file, options=DatabaseOptions(readers=2, busy_timeout_s=5))
    await database.open()
    go_on = threading.Event()
    long = asyncio.create_task(database.read(lambda _: go_on.wait(30)))
    async with asyncio.timeout(5):
        for _ in range(20):
            assert await SqlLibrary(database).stats()
        await database.write(lambda at: run(at, ADD))
        assert await count(database) == 1

    go_on.set()
    assert await long
    await database.close()


async def test_reads_wait_their_turn(file):
    database = Database(file, options=DatabaseOptions(readers=2))
    await database.open()

    assert await asyncio.gather(*(count(database) for _ in range(200))) == [0] * 200
    await database.close()


async def test_cancelled_read_gives_its_thread_back(database):
    go_on = threading.Event()
    long = asyncio.create_task(database.read(lambda _: go_on.wait(30)))
    await asyncio.sleep(0.01)
    long.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await long

    async with asyncio.timeout(5):
        assert await count(database) == 0


async def test_closing_waits_for_what_runs_and_tells_the_rest(file):
    database = Database(file, options=DatabaseOptions(busy_timeout_s=0.2))
    await database.open()
    go_on, closed = asyncio.Event(), asyncio.Event()

    async def unit():
        async with database.writing() as session:
            await session.visit(lambda at: run(at, ADD))
            go_on.set()
            await closed.wait()
            await session.visit(lambda at: run(at, ADD))

    task = asyncio.create_task(unit())
    await go_on.wait()
    await database.close()
    closed.set()
    with pytest.raises(CatalogUnavailableError, match="closed"):
        await task

    await database.open()
    assert await count(database) == 0
    await database.write(lambda at: run(at, ADD))
    await database.close()


ODD = ["what? why.db", "a#b%20c d.db", "file:x?mode=memory.db", "\u00fc & \U0001f3a7=1;.db"]


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("scheme", [None, "sqlite:///", "sqlite+aiosqlite:///"])
async def test_any_file_name_is_taken_as_it_is(tmp_path, name, scheme):
    path = tmp_path / "a ? # % folder" / name
    where = path if scheme is None else f"{scheme}{path}"
    await migrate(where)
    database = Database(where)
    await database.open()
    async with SqlCatalog(database).begin() as unit:
        await unit.save_places([a_place()])
    assert (await SqlLibrary(database).stats()).files == 1
    await database.close()

    assert database.name == str(path)
    assert [it.name for it in path.parent.iterdir()] == [name]
