"""``/roots``."""

from fastapi import APIRouter, Response

from apollonia.api.context import Context
from apollonia.api.json_response import json_response
from apollonia.api.problems import problems
from apollonia.api.rest.session import CsrfProof
from apollonia.api.schemas import RescanAnswer, RescanRequest
from apollonia.errors import NotFoundError


def add_roots(router: APIRouter) -> None:
    """The watched folders."""
    router.add_api_route(
        "/api/v1/roots/rescan",
        rescan,
        methods=["POST"],
        status_code=202,
        response_model=RescanAnswer,
        tags=["roots"],
        summary="Scan a root again, or all of them",
        responses=problems(400, 401, 403, 404, 503),
    )


async def rescan(context: Context, body: RescanRequest, _proof: CsrfProof = None) -> Response:
    """Asks the roots' ingestors, who begin within about two seconds.

    Files that did not change are not read again.
    """
    control = context.ports.control
    known = [status.root for status in await control.roots()]
    if body.root is not None and body.root not in known:
        raise NotFoundError(
            f"No root {body.root!r} is watched; /api/v1/stats lists those that are."
        )
    requested = known if body.root is None else [body.root]
    for root in requested:
        await control.request_rescan(root)
    return json_response({"requested": requested}, 202)
