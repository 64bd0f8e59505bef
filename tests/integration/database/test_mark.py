"""What is asked again and again is read again only after a commit, whoever committed."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from apollonia.adapters.control import SqlControl
from apollonia.adapters.database.engine import Database
from apollonia.adapters.database.memory import Memory
from apollonia.adapters.database.migrate import migrate
from apollonia.adapters.database.sqlite_mark import mark_of
from apollonia.domain.kinds import RootState
from apollonia.domain.roots import RootStatus

_TICK_S = 0.15


class Counting(Database):
    """Counts the visits."""

    reads = 0

    async def read(self, work):
        self.reads += 1
        return await super().read(work)


@pytest.fixture
async def two(tmp_path):
    """Two processes' databases on one file."""
    await migrate(tmp_path / "catalog.db")
    first, second = Counting(tmp_path / "catalog.db"), Database(tmp_path / "catalog.db")
    await first.open()
    await second.open()
    await SqlControl(second).report_root(RootStatus(root="/a", state=RootState.WATCHING))
    await asyncio.sleep(_TICK_S)
    yield first, second
    await first.close()
    await second.close()


async def test_nothing_is_read_while_nobody_commits(two):
    control = SqlControl(two[0])
    before = await control.desired("/a")
    reads = two[0].reads
    assert [await control.desired("/a") for _ in range(5)] == [before] * 5
    assert two[0].reads == reads


async def test_a_commit_of_another_process_is_seen_at_the_next_look(two):
    control, other = SqlControl(two[0]), SqlControl(two[1])
    for paused in (True, False) * 10:
        await other.set_paused("/a", paused)
        assert (await control.desired("/a")).paused == paused


async def test_what_runs_out_is_seen_although_nobody_commits(two):
    clock = [1_700_000_000.0]
    control = SqlControl(two[0], now=lambda: clock[0])
    await control.acquire("root:/a", "one", 5)
    await asyncio.sleep(_TICK_S)
    assert (await control.desired("/a")).holder == "one"
    clock[0] += 11
    assert (await control.desired("/a")).holder is None


async def test_answer_is_read_again_only_after_a_commit(tmp_path):
    file, reads = tmp_path / "some.db", []
    with closing(sqlite3.connect(file, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("CREATE TABLE row (number INTEGER)")
        memory = Memory(lambda: mark_of(tmp_path / "some.db-wal"))

        async def read():
            reads.append(1)
            return raw.execute("SELECT count(*) FROM row").fetchone()[0]

        assert await memory.recall("rows", read) == 0
        await asyncio.sleep(_TICK_S)
        assert await memory.recall("rows", read) == 0
        before = len(reads)
        assert await memory.recall("rows", read) == 0
        assert len(reads) == before
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("INSERT INTO row VALUES (1)")
            assert await memory.recall("rows", read) == 1
            other.execute("INSERT INTO row VALUES (2)")
            assert await memory.recall("rows", read) == 2


async def test_answer_without_a_log_is_always_read(tmp_path):
    memory, numbers = Memory(lambda: mark_of(tmp_path / "none.db-wal")), iter(range(9))

    async def read():
        return next(numbers)

    assert [await memory.recall("number", read) for _ in range(3)] == [0, 1, 2]
