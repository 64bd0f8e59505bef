"""Whether a database has the schema of this version.

Told without Alembic, which every command would have to import, and only migrating needs.
"""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from apollonia.errors import CatalogUnavailableError, ConfigurationError

if TYPE_CHECKING:
    from alembic.config import Config

_SCRIPTS = "apollonia.adapters:migrations"
_VERSIONS = Path(__file__).parents[1] / "migrations" / "versions"
_STEP = re.compile(r'^revision = "(\w+)"\ndown_revision = (?:None|"(\w+)")$', re.MULTILINE)


def alembic_config() -> "Config":
    """Alembic's settings: the migrations are part of the package."""
    from alembic.config import Config  # noqa: PLC0415 - only who migrates pays for it

    config = Config()
    config.set_main_option("script_location", _SCRIPTS)
    config.set_main_option("path_separator", "os")
    return config


@cache
def revisions() -> tuple[str, ...]:
    """All revisions that this version knows, newest first: one line, as the migrations say."""
    texts = (path.read_text("utf-8") for path in _VERSIONS.glob("*.py"))
    after = {step[2]: step[1] for text_ in texts if (step := _STEP.search(text_))}
    line: list[str] = []
    while (following := after.get(line[0] if line else None)) is not None:
        line.insert(0, following)
    return tuple(line)


def current_revision(connection: Connection) -> str | None:
    """The schema that the database has; ``None``: none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


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
