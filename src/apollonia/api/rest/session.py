"""``/session``."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from apollonia.api.authenticate import clear_session_cookie, csrf_token
from apollonia.api.context import Caller, Context
from apollonia.api.json_response import json_response
from apollonia.api.problems import problems
from apollonia.api.schemas import Session

CsrfProof = Annotated[
    str | None,
    Header(alias="X-CSRF-Token", description="`csrf_token` of the session; needed with the cookie"),
]


def add_session(router: APIRouter) -> None:
    """Who is signed in."""
    router.add_api_route(
        "/api/v1/session",
        show_session,
        response_model=Session,
        tags=["session"],
        summary="Who is signed in",
        responses=problems(401, 503),
    )
    router.add_api_route(
        "/api/v1/session/sign-out",
        sign_out,
        methods=["POST"],
        status_code=204,
        tags=["session"],
        summary="End the session at once",
        responses=problems(401, 403, 503),
    )


async def show_session(context: Context, caller: Caller) -> Response:
    """The page asks this first; 401 means: open the sign-in link printed in the terminal."""
    return json_response(
        {
            "principal": caller.name,
            "role": caller.role,
            "csrf_token": csrf_token(context, caller),
            "version": context.options.version,
        }
    )


async def sign_out(
    request: Request,
    context: Context,
    caller: Caller,
    _proof: CsrfProof = None,  # checked by the gate, named here for OpenAPI
) -> Response:
    """Revokes the credential that was shown, and closes its live connections."""
    await context.ports.identity.revoke(caller.token_id)
    context.feed.sign_out(caller.token_id)
    response = Response(status_code=204)
    clear_session_cookie(response, request)
    return response
