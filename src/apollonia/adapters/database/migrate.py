"""Bring a database to the schema of this version."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.engine import URL, Connection

from apollonia.adapters.database.location import file_of, is_sqlite, name_of, parse_url
from apollonia.adapters.database.revision import (
    alembic_config,
    current_revision,
    refuse_newer,
    revisions,
)
from apollonia.adapters.database.sqlite_connection import Setup, connect_arguments, set_up
from apollonia.adapters.database.sqlite_errors import translated
from apollonia.errors import CatalogUnavailableError

_BUSY_TIMEOUT_S = 60.0  # another process may be migrating a large catalog
_alembic_is_global = threading.Lock()


async def migrate(url: str | Path) -> None:
    """Apply the missing migrations, all or none; makes the file when there is none.

    Safe when several processes start at once: one migrates, the others wait and find it done.
    Never downgrades. On PostgreSQL the database must exist.

    Raises:
        ConfigurationError: the database was written by a newer version, or the URL is wrong.
        CatalogUnavailableError: it cannot be opened or written.
    """
    parsed = parse_url(url)
    if is_sqlite(parsed):
        await asyncio.to_thread(_migrate_file, parsed)
        return
    ended = Future[None]()
    try:
        await asyncio.to_thread(_migrate_server, parsed, ended)
    finally:
        ended.cancel()  # a process that ends waits for its threads, however silent the server is


def upgrade(connection: Connection, name: str) -> None:
    """Within the connection's transaction; whoever calls it holds the database's lock."""
    found = current_revision(connection)
    refuse_newer(found, name)
    if found != revisions()[0]:
        from alembic import command  # noqa: PLC0415 - only where something is to be migrated

        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _migrate_file(url: URL) -> None:
    name = name_of(url)
    try:
        file_of(url).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CatalogUnavailableError(f"{name}: {error.strerror}: choose a data folder") from error
    engine = create_engine(url, connect_args=connect_arguments(_BUSY_TIMEOUT_S))
    set_up(engine, Setup("BEGIN IMMEDIATE", False, 64, 0, _BUSY_TIMEOUT_S))
    try:
        with translated(name), engine.begin() as connection, _alembic_is_global:
            upgrade(connection, name)
    finally:
        engine.dispose()


def _migrate_server(url: URL, ended: Future[None]) -> None:
    """In a thread with a loop of its own: Alembic reads files, and is one for the process."""
    from apollonia.adapters.database.postgres_migrate import migrate_server  # noqa: PLC0415 - asyncpg only where it is used

    with _alembic_is_global:
        asyncio.run(_unless(ended, migrate_server(url, upgrade)))


async def _unless(ended: Future[None], work: Coroutine[Any, Any, None]) -> None:
    """Broken off, and so rolled back, once nobody waits for it."""
    end = asyncio.wrap_future(ended)
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task, end}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
    finally:
        end.cancel()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
