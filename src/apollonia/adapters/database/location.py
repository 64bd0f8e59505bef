"""Which database a URL names."""

from pathlib import Path

from sqlalchemy.engine import URL

from apollonia.errors import ConfigurationError

_SQLITE = frozenset({"sqlite", "sqlite+pysqlite", "sqlite+aiosqlite"})
_EXAMPLE = "write sqlite:////path/to/catalog.db"


def parse_url(url: str | Path) -> URL:
    """The URL with the driver that we use; of a path, or of what stands after ``sqlite:///``.

    That is the file's name as it is: nothing in it is a query or an escape.

    Raises:
        ConfigurationError: it is no database URL, or of a database that we cannot use.
    """
    if isinstance(url, Path):
        return URL.create("sqlite+pysqlite", database=str(url))
    scheme, separator, rest = url.partition("://")
    if not separator:
        raise ConfigurationError(f"no database URL: {url!r}; {_EXAMPLE}")
    if scheme not in _SQLITE:
        raise ConfigurationError(f"cannot use a {scheme!r} database; {_EXAMPLE}")
    file = rest.removeprefix("/")
    if file in {"", rest, ":memory:"}:
        raise ConfigurationError(f"the catalog needs a file; {_EXAMPLE}")
    return URL.create("sqlite+pysqlite", database=file)


def file_of(url: URL) -> Path:
    """The file of an SQLite URL."""
    return Path(url.database or "")


def name_of(url: URL) -> str:
    """The database as messages call it: never with a password."""
    return url.database or "the database"
