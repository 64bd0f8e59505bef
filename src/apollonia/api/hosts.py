"""Which host names and origins are this server's own: the guard against DNS rebinding."""

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from apollonia.api.errors import HostNotAllowedError, OriginError
from apollonia.api.options import ApiOptions

_AUTHORITY = re.compile(r"^(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?$")
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_ANY = "*"


class _Authority(NamedTuple):
    name: str
    port: int | None


class Hosts:
    """The server's own names: the loopback ones, the one it is bound to, and configured ones.

    A page on a foreign name that resolves to us must not read from us. An address is no name, so
    where we listen to the network, addresses are let in.
    """

    def __init__(self, options: ApiOptions) -> None:
        configured = {entry.lower() for entry in options.allowed_hosts}
        self._any = _ANY in configured
        self._allowed = _LOOPBACK_NAMES | {_bracketed(options.host.lower())} | configured
        self._addresses = not _is_loopback(options.host)
        self._origins = frozenset(origin.lower().rstrip("/") for origin in options.allowed_origins)

    def check_host(self, headers: Headers) -> None:
        """Raise ``HostNotAllowedError`` unless the request names one of our hosts, once."""
        given = headers.getlist("host")
        authority = _parse(given[0]) if len(given) == 1 else None
        if authority is None:
            raise HostNotAllowedError("The request must name this server in one Host header.")
        if not self._any and not self._is_ours(authority):
            raise HostNotAllowedError(
                f"This server does not answer to {authority.name}. If that is its name, add it to"
                " the allowed hosts (APOLLONIA_API__ALLOWED_HOSTS)."
            )

    def own_sockets(self, headers: Headers) -> str:
        """WebSocket origins of the host that the request names, for a policy; ``""``: none.

        ``'self'`` does not cover them in older browsers. A policy cannot name an IPv6 address.
        """
        try:
            self.check_host(headers)
        except HostNotAllowedError:
            return ""
        authority = _parse(headers["host"])
        if authority is None or authority.name.startswith("["):
            return ""
        port = "" if authority.port is None else f":{authority.port}"
        return f"ws://{authority.name}{port} wss://{authority.name}{port}"

    def check_origin(self, headers: Headers) -> None:
        """Raise ``OriginError`` when the request says that it comes from another site's page."""
        origin = headers.get("origin")
        if origin is None or origin.lower() in self._origins:
            return
        parts = urlsplit(origin.lower())
        default = _DEFAULT_PORTS.get(parts.scheme)
        page, host = _parse(parts.netloc), _parse(headers.get("host", ""))
        if default is None or page is None or host is None:
            raise OriginError
        if page.name != host.name or (page.port or default) != (host.port or default):
            raise OriginError

    def _is_ours(self, authority: _Authority) -> bool:
        if authority.name in self._allowed:
            return True
        if f"{authority.name}:{authority.port}" in self._allowed:
            return True
        return self._addresses and _is_address(authority.name)


def _parse(text: str) -> _Authority | None:
    match = _AUTHORITY.match(text.strip().lower())
    if match is None:
        return None
    port = match["port"]
    return _Authority(match["name"].rstrip("."), int(port) if port else None)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
