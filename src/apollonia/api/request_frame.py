"""What surrounds every request: its id, limits, time, headers, metrics, and the last resort."""

import asyncio
import re
import time
from collections.abc import MutableMapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apollonia.api.errors import TimeLimitError, TooLargeError, problem_for
from apollonia.api.hosts import Hosts
from apollonia.api.options import ApiOptions
from apollonia.domain.ids import uuid7
from apollonia.observe.logs import get_logger
from apollonia.observe.metrics import Metrics
from apollonia.observe.tracing import new_traceparent, trace, traceparent_of

_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline';"
    " script-src 'self'; connect-src {connect}; frame-ancestors 'none'; base-uri 'none';"
    " form-action 'self'"
)
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,128}$")
_MAX_TARGET_BYTES = 32 << 10
_REFUSALS = frozenset({400, 401, 403, 404, 405, 413, 414, 415, 422, 429, 431})
_DRAIN_BYTES = 64 << 20
_DRAIN_S = 5.0
_ELSEWHERE = "other"


def content_security_policy(own_sockets: str) -> str:
    """Everything from this server alone; ``own_sockets``: its WebSocket origins."""
    return _POLICY.format(connect=f"'self' {own_sockets}".rstrip())


class RequestFrame:
    """The outermost layer. No exception passes it: what nobody handled becomes a 500 problem."""

    def __init__(self, app: ASGIApp, *, options: ApiOptions, metrics: Metrics) -> None:
        self._app = app
        self._options = options
        self._metrics = metrics
        self._hosts = Hosts(options)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        scope.setdefault("state", {})["request_id"] = request_id
        traceparent = traceparent_of(headers) or new_traceparent()
        with structlog.contextvars.bound_contextvars(request_id=request_id), trace(traceparent):
            if scope["type"] == "http":
                await self._http(scope, receive, send)
            else:
                await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        policy = content_security_policy(self._hosts.own_sockets(Headers(scope=scope)))
        body = _LimitedBody(receive, Headers(scope=scope), self._options.max_body)
        answer = _Answer(send, scope["state"]["request_id"], policy, body)
        try:
            await self._limited(scope, body, answer)
        except Exception as error:
            if answer.status is not None:
                raise  # the connection breaks off: half an answer must not look whole
            await problem_for(error, scope)(scope, body, answer)
        finally:
            self._record(scope, answer)

    async def _limited(self, scope: Scope, body: "_LimitedBody", answer: "_Answer") -> None:
        _check_sizes(scope, self._options)
        deadline = asyncio.timeout(self._options.request_s)
        try:
            async with deadline:
                await self._app(scope, body, answer)
        except TimeoutError as error:
            if not deadline.expired():
                raise
            raise TimeLimitError from error

    def _record(self, scope: Scope, answer: "_Answer") -> None:
        route, status = _route(scope), str(answer.status or 0)
        seconds = answer.seconds()
        self._metrics.request_seconds.labels(_method(scope), route, status).observe(seconds)
        get_logger(__name__).debug(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=answer.status,
            ms=round(seconds * 1000, 2),
        )


class _Answer:
    """Sends on, with the headers that every answer carries."""

    def __init__(self, send: Send, request_id: str, policy: str, body: "_LimitedBody") -> None:
        self._send = send
        self._body = body
        self._request_id = request_id
        self._policy = policy
        self._start = time.perf_counter()
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            if self.status in _REFUSALS:
                await self._body.drain()
            self._complete(message)
        await self._send(message)

    def seconds(self) -> float:
        return time.perf_counter() - self._start

    def _complete(self, message: MutableMapping[str, Any]) -> None:
        headers = MutableHeaders(raw=list(message.get("headers", ())))
        headers["X-Request-ID"] = self._request_id
        headers["X-Process-Time"] = f"{self.seconds():.6f}"
        headers.setdefault("Content-Security-Policy", self._policy)
        for name, value in SECURITY_HEADERS.items():
            headers.setdefault(name, value)
        message["headers"] = headers.raw


class _LimitedBody:
    """Receives on, as long as the body is not too long."""

    def __init__(self, receive: Receive, headers: Headers, limit: int) -> None:
        self._receive = receive
        self._left = limit
        has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        self._is_coming = has_body and "expect" not in headers

    async def drain(self) -> None:
        """Take what still comes: whoever sends first and reads then would hear of a reset only."""
        taken = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_S):
                while self._is_coming and taken < _DRAIN_BYTES:
                    taken += len((await self._next()).get("body", b""))

    async def _next(self) -> Message:
        message = await self._receive()
        self._is_coming = bool(message.get("more_body"))
        return message

    async def __call__(self) -> Message:
        message = await self._next()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            # FastAPI lets only its own kind of exception out of the reading of a body.
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large.")
        return message


def _check_sizes(scope: Scope, options: ApiOptions) -> None:
    target = len(scope.get("raw_path") or b"") + len(scope["query_string"])
    if target > _MAX_TARGET_BYTES:
        raise HTTPException(HTTPStatus.REQUEST_URI_TOO_LONG, "The address is too long.")
    if sum(len(name) + len(value) for name, value in scope["headers"]) > options.max_headers:
        raise HTTPException(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The headers are too large."
        )
    length = Headers(scope=scope).get("content-length", "0")
    if not length.isdecimal() or int(length) > options.max_body:
        raise TooLargeError(f"The body may have at most {options.max_body} bytes.")


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.match(given) else uuid7()


def _method(scope: Scope) -> str:
    """Bounded, whatever methods people invent."""
    known = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    return scope["method"] if scope["method"] in known else _ELSEWHERE


def _route(scope: Scope) -> str:
    """The route's template, so that the number of time series stays bounded."""
    return getattr(scope.get("route"), "path", None) or _ELSEWHERE
