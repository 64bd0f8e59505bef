"""Which adapter a URL asks for."""

from collections.abc import Collection
from pathlib import Path
from urllib.parse import urlsplit

from apollonia.config.names import environment_name
from apollonia.errors import ConfigurationError

_POSTGRESQL = frozenset({"postgresql", "postgres"})


def sqlite_file(
    url: str, *, key: tuple[str, str], default: Path, others: str | None = None
) -> Path:
    """The file of an embedded store: the default where no URL is set.

    ``others`` says in the error which other URLs are known.

    Raises:
        ConfigurationError: a URL of a kind for which this version has no adapter.
    """
    if not url:
        return default
    scheme, _, rest = url.partition("://")
    if scheme.partition("+")[0] == "sqlite" and rest.startswith("/"):
        return Path(rest.removeprefix("/") if rest.startswith("//") else rest)
    known = "sqlite:///path/to/file.db" + (f" and {others}" if others else "")
    raise ConfigurationError(_no_adapter(url, key, known))


def is_server(url: str, *, key: tuple[str, str], schemes: Collection[str]) -> bool:
    """Whether the URL names a server of one of these kinds; empty means embedded.

    Raises:
        ConfigurationError: a URL of another kind, or one that is none.
    """
    if not url:
        return False
    known = ", ".join(f"{scheme}://" for scheme in schemes)
    if url.partition("://")[0] not in schemes:
        raise ConfigurationError(_no_adapter(url, key, f"{known} and, empty, the embedded one"))
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        named = False
    if not named:
        raise ConfigurationError(f"{environment_name(key)}: this URL names no host, or no port")
    return True


def is_postgresql(url: str) -> bool:
    """Whether the URL names a PostgreSQL server."""
    return url.partition("://")[0].partition("+")[0] in _POSTGRESQL


def database_url(url: str, *, key: tuple[str, str], default: Path) -> str | Path:
    """Where the catalog is: a file, or the URL of a PostgreSQL database.

    Raises:
        ConfigurationError: a URL of a kind for which this version has no adapter.
    """
    if is_postgresql(url):
        return url
    return sqlite_file(url, key=key, default=default, others="postgresql://")


def _no_adapter(url: str, key: tuple[str, str], known: str) -> str:
    scheme, ends, _ = url.partition("://")
    if not ends:  # it may be anything, a password too
        return f"{environment_name(key)}: this is no URL; known: {known}"
    return f"{environment_name(key)}: this version has no adapter for {scheme}://; it knows {known}"
