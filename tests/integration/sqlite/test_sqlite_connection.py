"""The thread that all of our own SQLite files share."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from apollonia.adapters.sqlite.connection import SqliteConnection
from apollonia.errors import BusUnavailableError, IndexUnavailableError

SCHEMA = (
    """
    CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
    CREATE TRIGGER louder AFTER INSERT ON thing BEGIN
      UPDATE thing SET name = upper(name) WHERE id = new.id;
    END;
    """,
)


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[SqliteConnection]:
    made = SqliteConnection(
        tmp_path / "data" / "things.db", schema=SCHEMA, unavailable=BusUnavailableError
    )
    yield made
    await made.close()


def _add(name: str):
    return lambda raw: raw.execute("INSERT INTO thing (name) VALUES (?)", (name,))


def _names(raw: sqlite3.Connection) -> list[str]:
    return [name for (name,) in raw.execute("SELECT name FROM thing ORDER BY id")]


async def test_connection_commits_what_a_write_did(connection: SqliteConnection) -> None:
    await connection.write(_add("a"))
    other = SqliteConnection(connection.path, schema=SCHEMA, unavailable=BusUnavailableError)
    assert await other.read(_names) == ["A"]
    await other.close()


async def test_connection_rolls_back_when_a_write_raises(connection: SqliteConnection) -> None:
    def half(raw: sqlite3.Connection) -> None:
        _add("a")(raw)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await connection.write(half)
    assert await connection.read(_names) == []


async def test_connection_says_when_the_disk_is_full_and_goes_on_after(
    connection: SqliteConnection,
) -> None:
    await connection.read(lambda raw: raw.execute("PRAGMA max_page_count = 6").fetchall())
    with pytest.raises(BusUnavailableError, match="free some disk space"):
        await connection.write(_add("x" * 100_000))
    await connection.read(lambda raw: raw.execute("PRAGMA max_page_count = 9999").fetchall())
    await connection.write(_add("y"))
    assert await connection.read(_names) == ["Y"]


async def test_connection_says_when_another_process_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "things.db"
    patient = SqliteConnection(
        path, schema=SCHEMA, unavailable=BusUnavailableError, busy_timeout_s=0.05
    )
    await patient.write(_add("a"))
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(BusUnavailableError, match="locked by another process"):
        await patient.write(_add("b"))
    holder.execute("ROLLBACK")
    holder.close()
    await patient.write(_add("b"))
    await patient.close()


async def test_connection_refuses_a_file_of_a_newer_version(tmp_path: Path) -> None:
    path = tmp_path / "things.db"
    newer = SqliteConnection(path, schema=(*SCHEMA, ""), unavailable=IndexUnavailableError)
    await newer.read(_names)
    await newer.close()
    older = SqliteConnection(path, schema=SCHEMA, unavailable=IndexUnavailableError)
    with pytest.raises(IndexUnavailableError, match="newer Apollonia"):
        await older.read(_names)
    await older.close()


async def test_connection_names_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "things.db"
    path.write_bytes(b"not a database " * 1000)
    connection = SqliteConnection(path, schema=SCHEMA, unavailable=BusUnavailableError)
    with pytest.raises(BusUnavailableError, match="move it away"):
        await connection.read(_names)
    path.unlink()
    assert await connection.read(_names) == []
    await connection.close()


async def test_connection_opens_a_new_file_from_several_at_once(tmp_path: Path) -> None:
    path = tmp_path / "things.db"
    many = [
        SqliteConnection(path, schema=SCHEMA, unavailable=BusUnavailableError) for _ in range(6)
    ]
    await asyncio.gather(*(one.write(_add(str(number))) for number, one in enumerate(many)))
    assert sorted(await many[0].read(_names)) == ["0", "1", "2", "3", "4", "5"]
    for one in many:
        await one.close()


async def test_connection_refuses_work_after_close(connection: SqliteConnection) -> None:
    await connection.close()
    await connection.close()
    with pytest.raises(BusUnavailableError, match="closed"):
        await connection.read(_names)


async def test_connection_leaves_bugs_what_they_are(connection: SqliteConnection) -> None:
    await connection.write(_add("A"))
    with pytest.raises(sqlite3.IntegrityError):
        await connection.write(_add("A"))
