"""What the taxonomy of errors becomes on HTTP and on the live connection. Nowhere else."""

import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import Scope

from apollonia.api.json_response import json_bytes
from apollonia.domain.query import QueryError
from apollonia.errors import (
    ApolloniaError,
    ConfigurationError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    Poison,
    Rejected,
    UnauthenticatedError,
    Unavailable,
)
from apollonia.observe.logs import get_logger

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_S = 5

CLOSE_GOING_AWAY = 1001
CLOSE_INTERNAL = 1011
CLOSE_TRY_LATER = 1013
CLOSE_INVALID = 4400
CLOSE_UNAUTHENTICATED = 4401
CLOSE_FORBIDDEN = 4403

_MAX_FIELDS = 20


class InvalidCursorError(InvalidError):
    """The cursor does not belong to this list: start again without it."""

    code = "invalid_cursor"


class NoArtworkError(NotFoundError):
    """There is no picture for this file."""

    code = "no_artwork"


class NoPreviewError(NotFoundError):
    """There is no such preview of this file."""

    code = "no_preview"


class CsrfError(ForbiddenError):
    """Send the X-CSRF-Token that /api/v1/session gives, from this server's own page."""

    code = "csrf"


class OriginError(ForbiddenError):
    """This connection may only be opened by this server's own page."""

    code = "foreign_origin"


class HostNotAllowedError(Rejected):
    """This server does not answer to that host name."""

    code = "host_not_allowed"


class TooLargeError(Rejected):
    """The request is too large."""

    code = "too_large"


class TimeLimitError(Unavailable):
    """The request took too long; try again later."""

    code = "timeout"


class BusyError(Unavailable):
    """Too much is going on at once; try again later."""

    code = "busy"


# The first that fits decides.
_STATUS: tuple[tuple[type[ApolloniaError], HTTPStatus], ...] = (
    (HostNotAllowedError, HTTPStatus.MISDIRECTED_REQUEST),
    (TooLargeError, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (ConflictError, HTTPStatus.CONFLICT),
    (UnauthenticatedError, HTTPStatus.UNAUTHORIZED),
    (ForbiddenError, HTTPStatus.FORBIDDEN),
    (Rejected, HTTPStatus.BAD_REQUEST),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (Poison, HTTPStatus.UNPROCESSABLE_ENTITY),
)
_CODE_BY_STATUS = {
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.UNAUTHORIZED: "unauthenticated",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.BAD_REQUEST: "invalid",
}
_DETAIL_BY_STATUS = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address; /api/v1/docs lists what there is.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take that method; see /api/v1/docs.",
}


def add_error_handlers(app: FastAPI) -> None:
    """Expected exceptions of handlers become problems here; the rest in ``RequestFrame``."""
    app.add_exception_handler(ApolloniaError, _handle)
    app.add_exception_handler(HTTPException, _handle)
    app.add_exception_handler(RequestValidationError, _handle)


async def _handle(request: Request, error: Exception) -> Response:
    return problem_for(error, request.scope)


def problem_for(error: BaseException, scope: Scope) -> Response:
    """The problem that stands for the error; what nobody expected is logged with traceback."""
    if isinstance(error, RequestValidationError):
        return _validation_problem(error, scope)
    if isinstance(error, HTTPException):
        return _http_problem(error, scope)
    if isinstance(error, ApolloniaError) and not isinstance(error, ConfigurationError):
        status = status_of(error)
        more = _where_in_query(error) if isinstance(error, QueryError) else {}
        headers = _headers_for(status)
        return _problem(scope, status, error.code, error.message, headers=headers, more=more)
    text = "".join(traceback.format_exception(error))
    get_logger(__name__).error("request failed", path=scope.get("path"), traceback=text)
    detail = "Something went wrong inside Apollonia. Its log says more under this request id."
    return _problem(scope, HTTPStatus.INTERNAL_SERVER_ERROR, "internal", detail)


def status_of(error: ApolloniaError) -> HTTPStatus:
    """The HTTP status that stands for the error."""
    for family, status in _STATUS:
        if isinstance(error, family):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def close_code(error: BaseException) -> int:
    """The WebSocket close code that stands for the error."""
    if isinstance(error, UnauthenticatedError):
        return CLOSE_UNAUTHENTICATED
    if isinstance(error, (ForbiddenError, HostNotAllowedError)):
        return CLOSE_FORBIDDEN
    if isinstance(error, (Rejected, RequestValidationError)):
        return CLOSE_INVALID
    if isinstance(error, Unavailable):
        return CLOSE_TRY_LATER
    return CLOSE_INTERNAL


def _where_in_query(error: QueryError) -> Mapping[str, Any]:
    found = {"position": error.position, "length": error.length, "suggestion": error.suggestion}
    return {name: value for name, value in found.items() if value is not None}


def _headers_for(status: HTTPStatus) -> Mapping[str, str]:
    if status is HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": 'Bearer realm="apollonia"'}
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": str(RETRY_AFTER_S)}
    return {}


def _validation_problem(error: RequestValidationError, scope: Scope) -> Response:
    fields = [
        {"field": ".".join(str(part) for part in found["loc"]), "message": str(found["msg"])}
        for found in error.errors()[:_MAX_FIELDS]
    ]
    detail = "; ".join(f"{field['field']}: {field['message']}" for field in fields)
    return _problem(scope, HTTPStatus.BAD_REQUEST, InvalidError.code, detail, errors=fields)


def _http_problem(error: HTTPException, scope: Scope) -> Response:
    status = HTTPStatus(error.status_code)
    code = _CODE_BY_STATUS.get(status, status.name.lower())
    detail = _DETAIL_BY_STATUS.get(status, str(error.detail))
    return _problem(scope, status, code, detail, headers=error.headers or {})


def _problem(  # noqa: PLR0913 - all that a problem tells
    scope: Scope,
    status: HTTPStatus,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Response:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "code": code,
        "detail": detail,
        "instance": scope.get("path", ""),
        "request_id": scope.get("state", {}).get("request_id", ""),
        **(more or {}),
    }
    if errors is not None:
        body["errors"] = errors
    kept = {"Cache-Control": "no-store", **(headers or {})}
    return Response(json_bytes(body), int(status), kept, PROBLEM_JSON)
