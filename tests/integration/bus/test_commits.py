import asyncio
import sqlite3
from contextlib import asynccontextmanager, closing

from apollonia.adapters.database.memory import Memory
from apollonia.adapters.sqlite.commits import Commits


@asynccontextmanager
async def following(path):
    heard = asyncio.Event()
    commits = Commits(path, heard.set, every_s=0.01)
    commits.start()
    await asyncio.wait_for(heard.wait(), 5)
    heard.clear()
    try:
        yield heard
    finally:
        await commits.stop()


def a_file(folder):
    raw = sqlite3.connect(folder / "some.db", isolation_level=None)
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("CREATE TABLE row (number INTEGER)")
    return closing(raw)


async def test_commit_of_another_connection_is_heard_and_none_is_not(tmp_path):
    with a_file(tmp_path) as raw:
        async with following(tmp_path / "some.db") as heard:
            await asyncio.sleep(0.05)
            assert not heard.is_set()
            raw.execute("INSERT INTO row VALUES (1)")
            await asyncio.wait_for(heard.wait(), 5)


async def test_file_that_cannot_be_read_counts_as_changed_all_the_time(tmp_path):
    async with following(tmp_path / "none.db") as heard:
        await asyncio.wait_for(heard.wait(), 5)


async def test_answer_is_read_again_only_after_a_commit(tmp_path):
    with a_file(tmp_path) as raw:
        memory, reads = Memory(tmp_path / "some.db"), []

        async def read():
            reads.append(1)
            return raw.execute("SELECT count(*) FROM row").fetchone()[0]

        assert await memory.recall("rows", read) == 0
        await asyncio.sleep(0.4)
        assert await memory.recall("rows", read) == 0
        before = len(reads)
        assert await memory.recall("rows", read) == 0
        assert len(reads) == before
        with closing(sqlite3.connect(tmp_path / "some.db", isolation_level=None)) as other:
            other.execute("INSERT INTO row VALUES (1)")
            memory.forget()
            assert await memory.recall("rows", read) == 1
            other.execute("INSERT INTO row VALUES (2)")
            async with asyncio.timeout(5):
                while await memory.recall("rows", read) != 2:  # noqa: ASYNC110 - it is polled
                    await asyncio.sleep(0.02)
        await memory.close()
