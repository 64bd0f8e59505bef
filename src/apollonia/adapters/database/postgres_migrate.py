"""Migrations on PostgreSQL: under an advisory lock, in one transaction."""

from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from apollonia.adapters.database.location import name_of
from apollonia.adapters.database.partitions import make_partitions
from apollonia.adapters.database.postgres_connection import connecting
from apollonia.adapters.database.postgres_errors import translated
from apollonia.adapters.database.revision import refuse_newer, revisions
from apollonia.adapters.database.store import DatabaseOptions

type Upgrade = Callable[[Connection, str], None]

_LOCK = text("SELECT pg_advisory_xact_lock(4702111234474983745)")  # Alembic's own have no lock
_IS_THERE = text("SELECT to_regclass('alembic_version') IS NOT NULL")
_REVISION = text("SELECT version_num FROM alembic_version")
_OPTIONS = DatabaseOptions(statement_timeout_s=3_600, lock_timeout_s=600)


async def migrate_server(url: URL, upgrade: Upgrade) -> None:
    """Bring it up to date; without locks, and without rights to, where it is already."""
    name = name_of(url)
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=connecting(url, _OPTIONS), poolclass=NullPool
    )
    try:
        with translated(name):
            async with engine.begin() as connection:
                if await _is_current(connection, name):
                    return
                await connection.execute(_LOCK)
                await connection.run_sync(upgrade, name)
                await connection.run_sync(make_partitions)
    finally:
        await engine.dispose()


async def _is_current(connection: AsyncConnection, name: str) -> bool:
    if not await connection.scalar(_IS_THERE):
        return False
    found = await connection.scalar(_REVISION)
    refuse_newer(found, name)
    return bool(found == revisions()[0])
