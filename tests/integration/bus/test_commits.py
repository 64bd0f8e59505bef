import asyncio
import sqlite3
from contextlib import asynccontextmanager, closing

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
