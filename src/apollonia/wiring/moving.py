"""An embedded catalog, taken to the database that the settings name."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from apollonia.adapters.database import Database, migrate
from apollonia.adapters.database.transfer import transfer
from apollonia.config import Settings
from apollonia.config.settings import (
    BroadcastSettings,
    BusSettings,
    CacheSettings,
    CatalogSettings,
    GraphSettings,
)
from apollonia.errors import ConfigurationError, NotFoundError


def embedded(settings: Settings) -> Settings:
    """The same without servers, and without a policy that takes files out."""
    return settings.model_copy(
        update={
            "bus": BusSettings(),
            "catalog": CatalogSettings(),
            "graph": GraphSettings(),
            "cache": CacheSettings(),
            "broadcast": BroadcastSettings(),
        }
    )


async def prepare_target(settings: Settings, folder: Path) -> None:
    """See that there is something to move and a place to move it to, with our schema.

    Raises:
        ConfigurationError: the settings name no other database.
        NotFoundError: there is no catalog in the folder.
        CatalogUnavailableError: the database is away.
    """
    if not settings.catalog.url:
        raise ConfigurationError(
            "there is no database to move to: set APOLLONIA_CATALOG__URL=postgresql://…"
        )
    if not await asyncio.to_thread(_file(folder).exists):
        raise NotFoundError(f"there is no catalog in {folder}: name its folder with --data")
    await migrate(settings.catalog.url)


async def copy_catalog(
    settings: Settings, folder: Path, told: Callable[[str, int], None]
) -> Mapping[str, int]:
    """Copy the catalog in the data folder to the settings' database; the rows of each table.

    The folder keeps everything it has. ``told`` hears how many rows of which table were copied so
    far. Both databases are at the newest schema.

    Raises:
        ConflictError: the database has files already.
        CatalogUnavailableError: one of the databases is away; nothing was moved.
    """
    source, target = Database(_file(folder)), Database(settings.catalog.url)
    try:
        await source.open()
        await target.open()
        return await transfer(source, target, told=told)
    finally:
        await target.close()
        await source.close()


def _file(folder: Path) -> Path:
    return folder / "catalog.db"
