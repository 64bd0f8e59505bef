"""Whether a database has the schema of this version."""

from functools import cache

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection

from apollonia.errors import CatalogUnavailableError, ConfigurationError

_SCRIPTS = "apollonia.adapters:migrations"


def alembic_config() -> Config:
    """Alembic's settings: the migrations are part of the package."""
    config = Config()
    config.set_main_option("script_location", _SCRIPTS)
    config.set_main_option("path_separator", "os")
    return config


@cache
def revisions() -> tuple[str, ...]:
    """All revisions that this version knows, newest first."""
    scripts = ScriptDirectory.from_config(alembic_config())
    return tuple(script.revision for script in scripts.walk_revisions())


def refuse_newer(found: str | None, name: str) -> None:
    """Raise ``ConfigurationError`` for a revision that this version does not know."""
    if found is not None and found not in revisions():
        raise ConfigurationError(
            f"{name} was written by a newer Apollonia (schema {found}): start the newer version,"
            " or restore the backup from before the update; it is never downgraded"
        )


def check_revision(connection: Connection, name: str) -> None:
    """Raise unless the database is at the newest revision that this version knows.

    Raises:
        CatalogUnavailableError: not migrated yet.
        ConfigurationError: written by a newer version.
    """
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    refuse_newer(found, name)
    if found != revisions()[0]:
        raise CatalogUnavailableError(
            f"{name} has schema {found}, this version needs {revisions()[0]}: run"
            " `apollonia migrate`"
        )
