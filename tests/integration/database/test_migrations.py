"""Schemas: made once by whoever comes first, never turned back, the same as the code says."""

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from apollonia.adapters.database import Database, migrate
from apollonia.adapters.database.revision import alembic_config, revisions
from apollonia.adapters.database.schema import METADATA
from apollonia.errors import CatalogUnavailableError, ConfigurationError
from apollonia.ports.catalog import DeadLetter


def url_of(path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def run_sql(path, statement):
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(statement).fetchall()
        connection.commit()
        return rows


async def test_schema_is_what_the_tables_in_code_say(file):
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        options = {"include_name": lambda name, type_, _: "_fts" not in (name or "")}
        context = MigrationContext.configure(connection, opts=options)
        differences = compare_metadata(context, METADATA)
    engine.dispose()

    assert differences == []


async def test_migrating_again_changes_nothing(file):
    run_sql(file, "INSERT INTO leases VALUES ('x', 'me', 1, 1, 0)")

    await migrate(url_of(file))

    assert run_sql(file, "SELECT holder FROM leases") == [("me",)]


async def test_many_tasks_and_processes_migrate_at_once(tmp_path):
    path = tmp_path / "new" / "folder" / "catalog.db"
    code = (
        "import asyncio, sys; from apollonia.adapters.database import migrate;"
        " asyncio.run(migrate(sys.argv[1]))"
    )
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-W", "error", "-c", code, url_of(path), stderr=asyncio.subprocess.PIPE
        )
        for _ in range(3)
    ]
    async with asyncio.timeout(90):
        await asyncio.gather(*(migrate(url_of(path)) for _ in range(3)))
        outputs = [await process.communicate() for process in processes]

    assert [process.returncode for process in processes] == [0, 0, 0], outputs
    assert len(run_sql(path, "SELECT * FROM alembic_version")) == 1
    assert run_sql(path, "SELECT count(*) FROM relay") == [(1,)]


async def test_killed_migration_leaves_nothing_half_done(tmp_path):
    path = tmp_path / "catalog.db"
    code = (
        "import asyncio, os, sys\n"
        "from alembic import op\n"
        "from apollonia.adapters.database import migrate\n"
        "original = op.create_index\n"
        "def create_index(name, *a, **k):\n"
        "    original(name, *a, **k)\n"
        "    if 'title' in name: os.kill(os.getpid(), 9)\n"
        "op.create_index = create_index\n"
        "asyncio.run(migrate(sys.argv[1]))\n"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, url_of(path))
    async with asyncio.timeout(60):
        assert await process.wait() == -9
    assert run_sql(path, "SELECT name FROM sqlite_master") == []

    await migrate(url_of(path))

    database = Database(url_of(path))
    await database.open()
    await database.close()


async def test_newer_database_is_refused_and_left_alone(file):
    run_sql(file, "UPDATE alembic_version SET version_num = '9999'")
    before = file.read_bytes()

    with pytest.raises(ConfigurationError, match="newer"):
        await migrate(url_of(file))
    with pytest.raises(ConfigurationError, match="newer"):
        await Database(url_of(file)).open()

    assert file.read_bytes() == before
    assert run_sql(file, "SELECT * FROM alembic_version") == [("9999",)]


async def test_older_database_asks_for_migration(file):
    run_sql(file, "UPDATE alembic_version SET version_num = '0001'")

    with pytest.raises(CatalogUnavailableError, match="apollonia migrate"):
        await Database(url_of(file)).open()


async def test_missing_or_empty_database_asks_for_migration(tmp_path):
    path = tmp_path / "catalog.db"
    with pytest.raises(CatalogUnavailableError, match="apollonia migrate"):
        await Database(url_of(path)).open()
    assert not path.exists()

    path.touch()
    with pytest.raises(CatalogUnavailableError, match="apollonia migrate"):
        await Database(url_of(path)).open()


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "mysql://x/y", "sqlite+aiosqlite://", "sqlite:///:memory:", "http://a:b@c/"],
)
async def test_unusable_url_is_a_configuration_error(url):
    with pytest.raises(ConfigurationError):
        await migrate(url)
    with pytest.raises(ConfigurationError):
        Database(url)


async def test_data_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(CatalogUnavailableError, match="data folder"):
        await migrate(url_of(tmp_path / "file" / "catalog.db"))


@pytest.mark.parametrize("content", [b"not a database at all" * 500, b"SQLite format 3\0" * 400])
async def test_file_that_is_no_database_is_said(tmp_path, content):
    path = tmp_path / "catalog.db"
    path.write_bytes(content)

    with pytest.raises(CatalogUnavailableError, match=r"no SQLite database|damaged"):
        await migrate(url_of(path))

    assert path.read_bytes() == content


async def test_migrated_copy_opens_elsewhere(file, tmp_path):
    (tmp_path / "copy").mkdir()
    shutil.copy(file, tmp_path / "copy" / "catalog.db")
    database = Database(url_of(tmp_path / "copy" / "catalog.db"))
    await database.open()
    await database.ping()
    await database.close()


async def test_results_of_before_are_kept_and_give_way_as_before(tmp_path):
    path = tmp_path / "catalog.db"
    migrate_to(path, "0008")
    run_sql(path, "INSERT INTO analyses VALUES ('a','tempo','1',NULL,'done',NULL,x'7b7d','t')")

    await migrate(url_of(path))

    kept = "sha256_hash, analyser, version, status, data, timestamp, forced, facts"
    assert run_sql(path, f"SELECT {kept} FROM analyses") == [
        ("a", "tempo", "1", "done", b"{}", "t", 0, None)
    ]


def migrate_to(path: Path, revision: str) -> None:
    """As an older version left it."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


async def test_dead_letters_of_before_get_names_and_first_times(tmp_path):
    path = tmp_path / "catalog.db"
    migrate_to(path, "0005")
    run_sql(path, "INSERT INTO dead_letters VALUES ('q', 'm', 's/1', x'00', 'why', 'E', 2, 't')")

    await migrate(url_of(path))

    letter = DeadLetter("m", "q", "s/1", b"\0", "why", "E", 2, "t")
    columns = "id, first_time, state, occurrences, headers"
    assert run_sql(path, f"SELECT {columns} FROM dead_letters") == [
        (letter.id, "t", "dead", 1, "{}")
    ]


def test_revisions_are_those_of_the_migrations():
    walked = ScriptDirectory.from_config(alembic_config()).walk_revisions()
    assert revisions() == tuple(script.revision for script in walked)


def test_commands_do_without_alembic():
    code = "import sys, apollonia.cli.commands; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
