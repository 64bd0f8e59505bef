"""Who is asking, and whether a browser meant to: for HTTP and for WebSockets alike."""

import hmac

from starlette.requests import HTTPConnection
from starlette.responses import Response

from apollonia.api.context import ApiContext, context_of
from apollonia.api.errors import CsrfError
from apollonia.domain.principal import Principal, TokenKind
from apollonia.errors import UnauthenticatedError

COOKIE = "apollonia_session"
CSRF_HEADER = "X-CSRF-Token"

_MAX_SECRET_CHARS = 512
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_SECURE_SCHEMES = frozenset({"https", "wss"})
_SESSION = frozenset({TokenKind.SESSION})
_API = frozenset({TokenKind.API})


async def authenticate(connection: HTTPConnection) -> Principal:
    """Whose credential the request shows: a Bearer token, or the session cookie.

    Raises:
        UnauthenticatedError: none, or one that is worth nothing (any more).
        CsrfError, OriginError: a browser's cookie came along without the page's own proof.
    """
    context = context_of(connection)
    authorization = connection.headers.get("authorization")
    if authorization is not None:
        scheme, _, secret = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise UnauthenticatedError("Send a token as `Authorization: Bearer …`.")
        return await _verify(context, secret.strip(), _API)
    cookie = connection.cookies.get(COOKIE)
    if cookie is None:
        raise UnauthenticatedError(
            "Sign in first: open the sign-in link that was printed in the terminal, or send a"
            " token made with `apollonia token`."
        )
    principal = await _verify(context, cookie, _SESSION)
    if connection.scope["type"] == "http":
        _require_proof(connection, context, principal)
    return principal


def csrf_token(context: ApiContext, principal: Principal) -> str:
    """The proof that only a page of ours can know: bound to the session."""
    key = hmac.digest(context.options.secret, b"apollonia csrf", "sha256")
    return hmac.digest(key, principal.token_id.encode(), "sha256").hex()


def set_session_cookie(response: Response, connection: HTTPConnection, secret: str) -> None:
    """Hand the session to the browser; no script can read it, no other site can send it."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(context_of(connection).options.session_s),
        path="/",
        secure=_is_secure(connection),
        httponly=True,
        samesite="strict",
    )


def clear_session_cookie(response: Response, connection: HTTPConnection) -> None:
    """Make the browser forget it."""
    response.delete_cookie(
        COOKIE, path="/", secure=_is_secure(connection), httponly=True, samesite="strict"
    )


async def _verify(context: ApiContext, secret: str, kinds: frozenset[TokenKind]) -> Principal:
    principal = None
    if 0 < len(secret) <= _MAX_SECRET_CHARS:
        principal = await context.ports.identity.verify(secret, kinds)
    if principal is None:
        raise UnauthenticatedError("This credential is not valid (any more): sign in again.")
    return principal


def _require_proof(connection: HTTPConnection, context: ApiContext, principal: Principal) -> None:
    if connection.scope["method"] in _SAFE_METHODS:
        return
    context.hosts.check_origin(connection.headers)
    given = connection.headers.get(CSRF_HEADER, "").encode("utf-8", "replace")
    if not hmac.compare_digest(given, csrf_token(context, principal).encode()):
        raise CsrfError


def _is_secure(connection: HTTPConnection) -> bool:
    return connection.scope["scheme"] in _SECURE_SCHEMES
