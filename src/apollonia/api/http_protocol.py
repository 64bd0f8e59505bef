"""HTTP connections that end when nothing comes: uvicorn alone waits for ever for half a head."""

import asyncio
import resource
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_LINGER_S = 5.0
_TOO_SLOW = (
    b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nCache-Control: no-store\r\n"
    b"Connection: close\r\n\r\n"
)
_TOO_MANY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nCache-Control: no-store\r\n"
    b"Retry-After: 5\r\nConnection: close\r\n\r\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """Seconds until the head of a request is whole, and from there until its body is.

    ``head_s`` counts from the start of a connection too. ``connections``: open at once in this
    process, WebSockets included.
    """

    head_s: float = 10.0
    body_s: float = 30.0
    connections: int = 4000

    def within_descriptors(self) -> "ConnectionLimits":
        """With half of the files that this process may open left for databases and workers."""
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if files == resource.RLIM_INFINITY:
            return self
        connections = max(1, min(self.connections, files // 2))
        return ConnectionLimits(head_s=self.head_s, body_s=self.body_s, connections=connections)


class _Await(Enum):
    """What the connection waits for."""

    HEAD = auto()
    BODY = auto()
    NOTHING = auto()


class LimitedHttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol with ``ConnectionLimits``; between requests its own keep-alive counts."""

    def __init__(self, *, limits: ConnectionLimits, **given: Any) -> None:
        super().__init__(**given)
        self._limits = limits
        self._awaits = _Await.NOTHING
        self._heard = False
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn
        """Refuse one too many; else wait for a request."""
        super().connection_made(transport)
        if len(self.connections) > self._limits.connections:
            transport.write(_TOO_MANY)
            self._close()
        else:
            self._wait(_Await.HEAD)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._wait(_Await.NOTHING)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes between two requests begin the next one, even those that the parser skips."""
        if self.transport.is_closing():
            return
        self._heard = True
        if self._awaits is _Await.NOTHING and not self._is_answering():
            self._wait(_Await.HEAD)
        super().data_received(data)

    def on_message_begin(self) -> None:
        """A request starts, maybe while the one before it is still being answered."""
        super().on_message_begin()
        if self._awaits is _Await.NOTHING:
            self._wait(_Await.HEAD)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        super().on_headers_complete()
        self._wait(_Await.BODY)

    def on_message_complete(self) -> None:
        """The request is whole."""
        super().on_message_complete()
        self._wait(_Await.NOTHING)

    def handle_websocket_upgrade(self) -> None:
        """From here on uvicorn's WebSocket pings tell who is gone."""
        self._wait(_Await.NOTHING)
        super().handle_websocket_upgrade()

    def _wait(self, what: _Await) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        self._awaits = what
        if what is not _Await.NOTHING:
            limit = self._limits.head_s if what is _Await.HEAD else self._limits.body_s
            self._deadline = self.loop.call_later(limit, self._give_up)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _give_up(self) -> None:
        self._deadline = None
        if self.transport.is_closing():
            return
        if self._is_answering() and (
            self._awaits is _Await.HEAD or self.pipeline or self.cycle.response_started
        ):
            self.cycle.keep_alive = False  # the answer under way is the last one
            return
        if self._heard:
            self.transport.write(_TOO_SLOW)
        self._close()

    def _close(self) -> None:
        """What is written may still go out, but nobody waits long for a peer that does not read."""
        self._wait(_Await.NOTHING)
        self._deadline = self.loop.call_later(_LINGER_S, self.transport.abort)
        self.transport.close()
