"""A small HTTP server for processes that have no other: metrics and health, nothing else."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import orjson

from apollonia.errors import ConfigurationError
from apollonia.observe.probe import Probe

_REQUEST_S = 10.0
_MAX_LINE = 8 << 10
_MAX_HEADERS = 100
_MAX_CONNECTIONS = 32
_REASONS = {200: "OK", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}
_JSON = "application/json"
_PROBLEM = "application/problem+json"
_TEXT = "text/plain; version=0.0.4; charset=utf-8"

type _Answer = tuple[int, str, bytes]
type _Answering = Callable[[Probe, str, str], Awaitable[_Answer]]
type _Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serve_probe(probe: Probe, host: str, port: int) -> AsyncIterator[int]:
    """Answer ``/metrics``, ``/health/live`` and ``/health/ready``; gives the port it listens on.

    Port 0 takes any free one. One request per connection, 32 at once, 10 s for each.

    Raises:
        ConfigurationError: it cannot listen there.
    """
    try:
        server = await asyncio.start_server(_handler(probe, _answer), host, port, limit=_MAX_LINE)
    except (OSError, OverflowError) as error:
        raise ConfigurationError(
            f"cannot serve metrics on {host}:{port}: {error}; choose another port with"
            " APOLLONIA_OBSERVE__METRICS_PORT"
        ) from error
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@asynccontextmanager
async def answer_while_starting(probe: Probe, listener: socket.socket) -> AsyncIterator[None]:
    """Answer on the socket of a service that is not there yet: everything but health is 503.

    The socket stays open afterwards, for the service itself.
    """
    server = await asyncio.start_server(
        _handler(probe, _answer_start), sock=listener.dup(), limit=_MAX_LINE
    )
    try:
        yield
    finally:
        server.close()


def _handler(probe: Probe, answer: _Answering) -> _Handler:
    free = asyncio.Semaphore(_MAX_CONNECTIONS)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if free.locked():
            writer.transport.abort()
            return
        async with free:
            await _converse(probe, answer, reader, writer)

    return handle


async def _converse(
    probe: Probe, answer: _Answering, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        with suppress(TimeoutError, OSError, ValueError, asyncio.IncompleteReadError):
            async with asyncio.timeout(_REQUEST_S):
                method, path = await _request(reader)
                status, kind, body = await answer(probe, method, path)
                head = (
                    f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}\r\n"
                    f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\n"
                    "Connection: close\r\n\r\n"
                )
                writer.write(head.encode() + (b"" if method == "HEAD" else body))
                await writer.drain()
    finally:
        writer.close()


async def _request(reader: asyncio.StreamReader) -> tuple[str, str]:
    """Method and path; raises ``ValueError`` for what is no HTTP, or too much of it."""
    method, target, _ = (await reader.readline()).decode("ascii").split(" ", 2)
    for _ in range(_MAX_HEADERS):
        if not (await reader.readline()).strip():
            return method, target.partition("?")[0]
    raise ValueError("too many headers")


async def _answer(probe: Probe, method: str, path: str) -> _Answer:
    if method not in {"GET", "HEAD"}:
        return 405, _JSON, b'{"status": "only GET"}'
    match path:
        case "/metrics":
            return 200, _TEXT, probe.metrics.render()
        case "/health/live":
            return 200, _JSON, b'{"status": "ok"}'
        case "/health/ready":
            status, body = await probe.ready()
            return status, _JSON, body
    return 404, _JSON, b'{"status": "see /metrics, /health/live and /health/ready"}'


async def _answer_start(probe: Probe, method: str, path: str) -> _Answer:
    if path == "/health/ready":  # whatever the parts say: nobody serves here yet
        return 503, _JSON, (await probe.ready())[1]
    if path == "/metrics" or path.startswith("/health/"):
        return await _answer(probe, method, path)
    problem = {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": f"not ready yet: {probe.waiting}; try again in a moment",
    }
    return 503, _PROBLEM, orjson.dumps(problem)
