"""What all tests share: the addresses of real servers, and compiled code.

Compiled code is kept for the next run, also where the environment says to write none.

``PYTHONDONTWRITEBYTECODE`` keeps folders of source clean. Obeyed to the letter it would compile
everything again in each worker and each Apollonia that a test starts, a third of the suite's
time; so there it goes to a folder of its own.
"""

import asyncio
import fcntl
import json
import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]

if sys.dont_write_bytecode:
    kept = _ROOT / ".pytest_cache" / "bytecode"
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(kept)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(kept)


@pytest.fixture(scope="session")
def service_url() -> Callable[..., str]:
    """``service_url("redis")``: the address of a server that `make services` started.

    ``name`` chooses another of its addresses. Without the server the test is skipped; with
    ``APOLLONIA_TEST_SERVICES=required`` it fails.
    """

    def find(server: str, name: str | None = None) -> str:
        try:
            state = json.loads((_ROOT / ".services.json").read_text())
            return str(state[server]["urls"][name or server])
        except (FileNotFoundError, KeyError):
            reason = f"no {server} here: start it with `make services`"
        if os.environ.get("APOLLONIA_TEST_SERVICES") == "required":
            pytest.fail(reason)
        pytest.skip(reason)

    return find


@pytest.fixture(scope="session")
def migrated_database(service_url) -> Iterator[str]:
    """The URL of a migrated database on the server; each process of a test run has its own."""
    server = service_url("postgresql")
    name = f"test_{secrets.token_hex(6)}"
    url = f"{server.rpartition('/')[0]}/{name}"
    from apollonia.adapters.database import migrate

    asyncio.run(_execute(server, f"CREATE DATABASE {name}"))
    try:
        asyncio.run(migrate(url))
        yield url
    finally:
        asyncio.run(_execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def postgresql_url(migrated_database) -> str:
    """The URL of a migrated, empty PostgreSQL database; the same one for the next test."""
    asyncio.run(_execute(migrated_database, _EMPTY))
    url: str = migrated_database
    return url


_EMPTY = """
DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica; -- in any order
    FOR name IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP
        EXECUTE format('DELETE FROM %I', name); -- of few rows: TRUNCATE takes ten times as long
    END LOOP;
    FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', name);
    END LOOP;
    INSERT INTO relay (number, position, published) VALUES (1, 0, 0);
END $$
"""


async def _execute(url: str, statement: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def neo4j_url(service_url: Callable[..., str]) -> Iterator[str]:
    """The address of an empty Neo4j that this test has for itself: Community has one database."""
    from neo4j import GraphDatabase

    url = service_url("neo4j")
    scheme, _, rest = url.partition("://")
    account, _, host = rest.rpartition("@")
    lock = Path(tempfile.gettempdir()) / f"apollonia-{os.geteuid()}-{host.replace(':', '-')}.lock"
    user, _, password = account.partition(":")
    with (
        lock.open("w") as held,
        GraphDatabase.driver(f"{scheme}://{host}", auth=(user, password)) as driver,
    ):
        fcntl.flock(held, fcntl.LOCK_EX)
        driver.execute_query("MATCH (n) DETACH DELETE n")
        yield url


@pytest.fixture(scope="session")
def shared_media():
    """The folder of real media, with its truth in MANIFEST.tsv; skipped where it is absent."""
    named = os.environ.get("APOLLONIA_SHARED_MEDIA")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "media"
    if not (folder / "MANIFEST.tsv").is_file():
        pytest.skip("no shared media: set APOLLONIA_SHARED_MEDIA to the folder of MANIFEST.tsv")
    return folder
