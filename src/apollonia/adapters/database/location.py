"""Which database a URL names."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from apollonia.errors import ConfigurationError

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "sqlite+aiosqlite": "sqlite+aiosqlite"}


def parse_url(url: str) -> URL:
    """The URL with the driver that we use.

    Raises:
        ConfigurationError: it is no database URL, or of a database that we cannot use.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigurationError(f"no database URL: {url!r}; write sqlite:////path/file") from error
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        raise ConfigurationError(
            f"cannot use a {parsed.drivername!r} database; write sqlite:////path/to/catalog.db"
        )
    if not parsed.database or parsed.database == ":memory:":
        raise ConfigurationError("the catalog needs a file; write sqlite:////path/to/catalog.db")
    return parsed.set(drivername=driver)


def file_of(url: URL) -> Path:
    """The file of an SQLite URL."""
    return Path(url.database or "")


def name_of(url: URL) -> str:
    """The database as messages call it: never with a password."""
    return url.database or "the database"
