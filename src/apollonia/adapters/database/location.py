"""Which database a URL names."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from apollonia.errors import ConfigurationError

_SQLITE = frozenset({"sqlite", "sqlite+pysqlite", "sqlite+aiosqlite"})
_POSTGRESQL = frozenset({"postgresql", "postgres", "postgresql+asyncpg"})
_EXAMPLES = "write sqlite:////path/to/catalog.db or postgresql://user:password@host/database"


def parse_url(url: str | Path) -> URL:
    """The URL with the driver that we use; of a path, or of what stands after ``sqlite:///``.

    That is the file's name as it is: nothing in it is a query or an escape. PostgreSQL's are those
    of libpq: ``?sslmode=verify-full&sslrootcert=…`` and the like.

    Raises:
        ConfigurationError: it is no database URL, or of a database that we cannot use.
    """
    if isinstance(url, Path):
        return URL.create("sqlite+pysqlite", database=str(url))
    scheme, separator, rest = url.partition("://")
    if not separator:
        raise ConfigurationError(f"the database URL has no scheme; {_EXAMPLES}")
    if scheme in _POSTGRESQL:
        return _postgresql(rest)
    if scheme not in _SQLITE:
        raise ConfigurationError(f"cannot use a {scheme!r} database; {_EXAMPLES}")
    file = rest.removeprefix("/")
    if file in {"", rest, ":memory:"}:
        raise ConfigurationError(f"the catalog needs a file; {_EXAMPLES}")
    return URL.create("sqlite+pysqlite", database=file)


def is_sqlite(url: URL) -> bool:
    """Whether it names a file."""
    return url.get_backend_name() == "sqlite"


def file_of(url: URL) -> Path:
    """The file of an SQLite URL."""
    return Path(url.database or "")


def name_of(url: URL) -> str:
    """The database as messages call it: never with a password."""
    if is_sqlite(url):
        return url.database or "the database"
    server = url.host or ", ".join(_hosts(url)) or "localhost"
    at = f"{server}:{url.port}" if url.port else server
    return f"PostgreSQL at {at}, database {url.database}"


def _postgresql(rest: str) -> URL:
    try:
        url = make_url(f"postgresql+asyncpg://{rest}")
    except (ArgumentError, ValueError) as error:
        raise ConfigurationError(f"no PostgreSQL URL; {_EXAMPLES}") from error
    if not url.database:
        raise ConfigurationError(f"the PostgreSQL URL names no database; {_EXAMPLES}")
    return url


def _hosts(url: URL) -> tuple[str, ...]:
    found = url.query.get("host", ())
    return (found,) if isinstance(found, str) else tuple(found)
