"""Bring a database to the schema of this version."""

import asyncio
import threading
from pathlib import Path

from alembic import command
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.engine import URL, Connection

from apollonia.adapters.database.errors import translated
from apollonia.adapters.database.location import file_of, name_of, parse_url
from apollonia.adapters.database.revision import alembic_config, refuse_newer
from apollonia.adapters.database.sqlite_connection import Setup, connect_arguments, set_up
from apollonia.errors import CatalogUnavailableError

_BUSY_TIMEOUT_S = 60.0  # another process may be migrating a large catalog
_alembic_is_global = threading.Lock()


async def migrate(url: str | Path) -> None:
    """Apply the missing migrations, all or none; makes the file when there is none.

    Safe when several processes start at once: one migrates, the others wait and find it done.
    Never downgrades.

    Raises:
        ConfigurationError: the database was written by a newer version, or the URL is wrong.
        CatalogUnavailableError: it cannot be opened or written.
    """
    await asyncio.to_thread(_migrate, parse_url(url))


def _migrate(url: URL) -> None:
    name = name_of(url)
    try:
        file_of(url).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CatalogUnavailableError(f"{name}: {error.strerror}: choose a data folder") from error
    engine = create_engine(url, connect_args=connect_arguments(_BUSY_TIMEOUT_S))
    set_up(engine, Setup("BEGIN IMMEDIATE", False, 64, 0, _BUSY_TIMEOUT_S))
    try:
        with translated(name), engine.begin() as connection, _alembic_is_global:
            _upgrade(connection, name)
    finally:
        engine.dispose()


def _upgrade(connection: Connection, name: str) -> None:
    refuse_newer(MigrationContext.configure(connection).get_current_revision(), name)
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
