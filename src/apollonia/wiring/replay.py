"""A replay of the catalog's log, over its own connections."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from apollonia.adapters.clock.system_clock import SystemClock
from apollonia.adapters.replay import open_rebuild
from apollonia.config import Settings
from apollonia.populate.replay import Replay
from apollonia.wiring.ports import catalog_url, database_options, migrate_catalog


@asynccontextmanager
async def open_replay(settings: Settings, folder: Path) -> AsyncIterator[Replay]:
    """Ready to run; what it made beside the catalog is gone at the end.

    Raises:
        CatalogUnavailableError: the database is away, or lets us make no tables.
    """
    await migrate_catalog(settings, folder)
    url, options = catalog_url(settings, folder), database_options(settings)
    async with open_rebuild(url, options, clock=SystemClock()) as rebuild:
        yield Replay(rebuild=rebuild)
