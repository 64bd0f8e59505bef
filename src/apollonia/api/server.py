"""The API as a service: uvicorn inside our own event loop, under our own signal handling."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from fastapi import FastAPI
from uvicorn import Config, Server

from apollonia.api.http_protocol import LimitedHttpProtocol
from apollonia.api.options import ApiOptions
from apollonia.errors import ConfigurationError
from apollonia.observe.logs import get_logger

if TYPE_CHECKING:
    from apollonia.api.context import ApiContext

_BACKLOG = 512
_TICK_S = 1.0  # the date in the answers is as old as this
_TICKS = 10  # uvicorn counts tenths of a second
_KEEP_ALIVE_S = 65
_MAX_MESSAGE_BYTES = 64 << 10


def bind(host: str, port: int) -> socket.socket:
    """A listening socket's address, taken before anything else is started; 0 takes any port.

    Raises:
        ConfigurationError: the port is taken, the host is not this machine's, or not allowed.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        bound = socket.socket(family, kind, protocol)
    except (OSError, OverflowError) as error:
        raise ConfigurationError(f"Cannot listen on {host}:{port}: {error}.") from error
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(_BACKLOG)
    except OSError as error:
        bound.close()
        raise ConfigurationError(_why(host, port, error)) from error
    bound.setblocking(False)
    return bound


class ApiService:
    """A ``work.service.Service``. ``ready`` is called once requests are answered."""

    name = "api"

    def __init__(
        self,
        app: FastAPI,
        listener: socket.socket,
        options: ApiOptions,
        *,
        ready: Callable[[], None] | None = None,
    ) -> None:
        self._app = app
        self._listener = listener
        self._options = options
        self._ready = ready

    async def run(self, stop: asyncio.Event) -> None:
        """Answer until ``stop``; then no new connections, and at most 5 s for those at work."""
        context: ApiContext = self._app.state.api
        server = _Server(_config(self._app, self._options), self._announce)
        serving = asyncio.create_task(server.serve([self._listener]), name="api server")
        feed = asyncio.create_task(context.feed.run(stop), name="api live feed")
        stopping = asyncio.create_task(stop.wait(), name="api stop")
        try:
            await asyncio.wait({serving, feed, stopping}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({feed}, timeout=1.0 if stop.is_set() else 0.0)
        finally:
            await self._shut(server, serving, feed, stopping)
        for task in (serving, feed):
            if task.done() and not task.cancelled():
                task.result()

    def _announce(self) -> None:
        host, port = self._listener.getsockname()[:2]
        get_logger(__name__).info("api listens", host=host, port=port)
        if self._ready is not None:
            self._ready()

    async def _shut(
        self, server: "_Server", serving: "asyncio.Task[None]", *others: "asyncio.Task[Any]"
    ) -> None:
        server.leave()
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.wait({serving}, timeout=self._options.stop_s + 0.5)
        if not serving.done():
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
        server.abort_connections()
        self._listener.close()


class _Server(Server):
    """Leaves the signals to the runtime, and tells when it listens."""

    def __init__(self, config: Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell_started = started
        self._leaving = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._tell_started()

    def leave(self) -> None:
        """Take no more connections, and end."""
        self.should_exit = True
        self._leaving.set()

    async def main_loop(self) -> None:
        """As uvicorn's own, which wakes ten times a second."""
        while not await self.on_tick(_TICKS):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TICK_S):
                    await self._leaving.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def abort_connections(self) -> None:
        """Let go of whoever does not read: nothing waits for them any more."""
        for connection in tuple(self.server_state.connections):
            transport = cast("asyncio.Transport | None", getattr(connection, "transport", None))
            if transport is not None:
                transport.abort()


def _config(app: FastAPI, options: ApiOptions) -> Config:
    limits = options.connections.within_descriptors()
    protocol = partial(LimitedHttpProtocol, limits=limits)
    return Config(
        app,
        http=cast("type[asyncio.Protocol]", protocol),  # uvicorn only calls it
        ws="websockets-sansio",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(options.trusted_proxies),
        forwarded_allow_ips=list(options.trusted_proxies),
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=max(1, int(options.stop_s)),
        ws_max_size=_MAX_MESSAGE_BYTES,
        ws_max_queue=8,
        ws_per_message_deflate=False,
        backlog=_BACKLOG,
    )


def _why(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is in use: another program listens there, perhaps another"
            " Apollonia. Stop it, or choose another port with --port."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights: choose one above 1023 with --port."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine: choose another one with --host."
    return f"Cannot listen on {host}:{port}: {error.strerror}."
