"""``/sign-in``: the one-time link that is printed in the terminal becomes a browser's session."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from apollonia.api.authenticate import authenticate, set_session_cookie
from apollonia.api.context import Context
from apollonia.api.html_page import html_page
from apollonia.domain.principal import TokenKind
from apollonia.errors import Rejected
from apollonia.observe.logs import get_logger

_MAX_CODE_CHARS = 512


def add_sign_in(router: APIRouter) -> None:
    """A page for people, not part of the API."""
    router.add_api_route("/sign-in", sign_in, include_in_schema=False)


async def sign_in(
    request: Request, context: Context, code: Annotated[str, Query()] = ""
) -> Response:
    """Uses the code up, and hands the browser a session.

    The code works once, so that a link in a history or a log opens nothing. Whoever is signed in
    already is sent on: browsers that load links ahead may have used the code for them.
    """
    identity = context.ports.identity
    principal = await identity.redeem(code) if 0 < len(code) <= _MAX_CODE_CHARS else None
    if principal is None:
        return _home() if await _is_signed_in(request) else _refused()
    secret = await identity.issue(TokenKind.SESSION, label="browser", ttl=context.options.session_s)
    get_logger(__name__).info("signed in", principal=principal.name)
    response = _home()
    set_session_cookie(response, request, secret)
    return response


async def _is_signed_in(request: Request) -> bool:
    try:
        await authenticate(request)
    except Rejected:
        return False
    return True


def _home() -> Response:
    return RedirectResponse("/", HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})


def _refused() -> Response:
    return html_page(
        HTTPStatus.UNAUTHORIZED,
        "This sign-in link does not work",
        "It was used already, has expired, or was not copied whole.",
        "For a new one run: apollonia token --link (with the same --data as the running Apollonia),"
        " or start Apollonia again.",
    )
