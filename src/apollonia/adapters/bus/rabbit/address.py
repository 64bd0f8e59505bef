"""Where RabbitMQ is and how to sign in: ``amqp://user:password@host1:5672,host2/vhost``."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

from yarl import URL

from apollonia.errors import ConfigurationError

_PORTS = {"amqp": 5672, "amqps": 5671}


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """PEM files for ``amqps``: an authority of your own, a client's certificate and its key."""

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None

    def context(self) -> ssl.SSLContext:
        """What verifies the server by name and shows our certificate; reads the files.

        Raises:
            ConfigurationError: a file is missing or is no certificate.
        """
        try:
            context = ssl.create_default_context(cafile=self.ca)
            if self.cert is not None:
                context.load_cert_chain(self.cert, self.key)
        except OSError as error:  # ssl.SSLError too
            named = ", ".join(str(path) for path in (self.ca, self.cert, self.key) if path)
            raise ConfigurationError(
                f"cannot use the bus's TLS files ({named}): {error.strerror or error}; they must be"
                f" readable PEM files, and the key must fit the certificate"
            ) from error
        return context


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One broker or several of one cluster; the password is never shown."""

    hosts: tuple[tuple[str, int], ...]
    user: str
    password: str = field(repr=False)
    vhost: str = "/"
    secure: bool = False

    @classmethod
    def parse(cls, url: str) -> Self:
        """From a URL; several hosts are separated by commas, names and passwords percent-encoded.

        Raises:
            ConfigurationError: it is no such URL. The message does not repeat it.
        """
        parts = urlsplit(url)
        if parts.scheme not in _PORTS:
            raise ConfigurationError("the bus's URL must begin with amqp:// or amqps://")
        if parts.query or parts.fragment:
            raise ConfigurationError(
                "the bus's URL takes no parameters after `?`: heartbeat and TLS have settings of"
                " their own (APOLLONIA_BUS__HEARTBEAT_SECONDS, APOLLONIA_BUS__TLS_CA …)"
            )
        account, _, places = parts.netloc.rpartition("@")
        user, _, password = account.partition(":")
        return cls(
            hosts=tuple(_host(place, _PORTS[parts.scheme]) for place in places.split(",")),
            user=unquote(user) or "guest",
            password=unquote(password) or "guest",
            vhost=unquote(parts.path[1:]) or "/",
            secure=parts.scheme == "amqps",
        )

    def urls(self, heartbeat_s: int) -> list[URL]:
        """One for each host, with the password."""
        path = "/" if self.vhost == "/" else f"/{self.vhost}"
        return [
            URL.build(
                scheme="amqps" if self.secure else "amqp",
                user=self.user,
                password=self.password,
                host=host,
                port=port,
                path=path,
                query={"heartbeat": str(heartbeat_s)},
            )
            for host, port in self.hosts
        ]

    def __str__(self) -> str:
        hosts = ",".join(f"{host}:{port}" for host, port in self.hosts)
        vhost = "" if self.vhost == "/" else f", virtual host {self.vhost}"
        return f"{hosts} (user {self.user}{vhost})"


def _host(place: str, default_port: int) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{place}")
        name, port = parts.hostname, parts.port
    except ValueError:
        name = None
    if not name:
        raise ConfigurationError(
            "the bus's URL names no host, or a port that is none: it must look like"
            " amqp://user:password@host:5672/vhost, with `@:/,%` in passwords percent-encoded"
        )
    return name, port or default_port
