"""A virtual host of RabbitMQ for one test, made and removed by the management API."""

import asyncio
import json
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit
from urllib.request import HTTPBasicAuthHandler, HTTPPasswordMgrWithPriorAuth, build_opener
from urllib.request import Request as HttpRequest
from uuid import uuid4

_LIMIT_S = 20.0


class RabbitManagement:
    """The management API of a broker: ``http://user:password@host:port``."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._user = parts.username or ""
        self._base = f"http://{parts.hostname}:{parts.port}/api"
        known = HTTPPasswordMgrWithPriorAuth()
        known.add_password(
            None, self._base, self._user, parts.password or "", is_authenticated=True
        )
        self._opener = build_opener(HTTPBasicAuthHandler(known))

    async def make_host(self, amqp: str) -> str:
        """The AMQP URL with a new virtual host, in which the URL's user may do everything."""
        name = f"test-{uuid4().hex}"
        await self.call("PUT", f"vhosts/{name}", {})
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        await self.call("PUT", f"permissions/{name}/{self._user}", everything)
        return urlunsplit(urlsplit(amqp)._replace(path=f"/{name}"))

    async def remove_host(self, amqp: str) -> None:
        """Remove the URL's virtual host and all that is in it."""
        await self.call("DELETE", f"vhosts/{_host(amqp)}")

    async def queue(self, amqp: str, name: str) -> Any:
        """What the broker tells about a queue; counts are some seconds old."""
        return await self.call("GET", f"queues/{_host(amqp)}/{quote(name, safe='')}")

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """One request; raises ``urllib.error.HTTPError``."""

        def send() -> Any:
            data = None if body is None else json.dumps(body).encode()
            request = HttpRequest(  # noqa: S310 - the address is ours
                f"{self._base}/{path}",
                data=data,
                method=method,
                headers={"content-type": "application/json"},
            )
            with self._opener.open(request, timeout=_LIMIT_S) as answer:
                text = answer.read()
            return json.loads(text) if text else None

        return await asyncio.to_thread(send)


def _host(amqp: str) -> str:
    return urlsplit(amqp).path.removeprefix("/") or "%2F"
