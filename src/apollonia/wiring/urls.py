"""Which adapter a URL asks for."""

from pathlib import Path

from apollonia.config.names import environment_name
from apollonia.errors import ConfigurationError


def sqlite_file(url: str, *, key: tuple[str, str], default: Path) -> Path:
    """The file of an embedded store: the default where no URL is set.

    Raises:
        ConfigurationError: a URL of a kind for which this version has no adapter.
    """
    if not url:
        return default
    scheme, _, rest = url.partition("://")
    if scheme.partition("+")[0] == "sqlite" and rest.startswith("/"):
        return Path(rest.removeprefix("/") if rest.startswith("//") else rest)
    raise ConfigurationError(_no_adapter(url, key, "sqlite:///path/to/file.db"))


def require_embedded(url: str, *, key: tuple[str, str]) -> None:
    """Refuse URLs of servers that this version cannot use; empty means embedded."""
    if url:
        raise ConfigurationError(_no_adapter(url, key, "the embedded one, by leaving it empty"))


def _no_adapter(url: str, key: tuple[str, str], known: str) -> str:
    scheme = url.partition("://")[0] or url
    return f"{environment_name(key)}: this version has no adapter for {scheme}://; it knows {known}"
