"""Bring a database to the schema of this version."""

import asyncio
import threading
from pathlib import Path

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
    await asyncio.to_thread(_migrate_file if is_sqlite(parsed) else _migrate_server, parsed)


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


def _migrate_server(url: URL) -> None:
    """In a thread with a loop of its own: Alembic reads files, and is one for the process."""
    from apollonia.adapters.database.postgres_migrate import migrate_server  # noqa: PLC0415 - asyncpg only where it is used

    with _alembic_is_global:
        asyncio.run(migrate_server(url, upgrade))
