"""``/roots``."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Response

from apollonia.api.context import ApiContext, Context
from apollonia.api.json_response import json_response
from apollonia.api.present import root_status
from apollonia.api.problems import problems
from apollonia.api.rest.session import CsrfProof
from apollonia.api.schemas import RescanRequest, RootList, RootRequest, RootsAnswer
from apollonia.domain.paths import display, from_wire
from apollonia.domain.roots import root_of
from apollonia.errors import InvalidError, NotFoundError
from apollonia.work.folder_check import check_folder

_CHANGES: dict[str, Any] = {
    "methods": ["POST"],
    "status_code": 202,
    "response_model": RootsAnswer,
    "tags": ["roots"],
    "responses": problems(400, 401, 403, 404, 503),
}


def add_roots(router: APIRouter) -> None:
    """The watched folders."""
    router.add_api_route(
        "/api/v1/roots",
        list_roots,
        response_model=RootList,
        tags=["roots"],
        summary="What every root is doing",
        responses=problems(401, 503),
    )
    router.add_api_route(
        "/api/v1/roots/rescan",
        rescan,
        summary="Scan a root again, one folder of it, or all roots",
        **_CHANGES,
    )
    router.add_api_route("/api/v1/roots/pause", pause, summary="Let a root rest", **_CHANGES)
    router.add_api_route("/api/v1/roots/resume", resume, summary="Let a root go on", **_CHANGES)


async def list_roots(context: Context) -> Response:
    """The last report of each root's ingestor, at most 15 seconds old while it runs."""
    roots = await context.ports.control.roots()
    return json_response({"items": [root_status(root) for root in roots]})


async def rescan(context: Context, body: RescanRequest, _proof: CsrfProof = None) -> Response:
    """Asks the roots' ingestors, who begin within about two seconds.

    Files that did not change are not read again, unless `verify` says so. What was asked for while
    no ingestor runs is done by the next one. Where there is no such folder, the answer says so, or
    (from another machine than the ingestor's) the root's `last_error`.
    """
    folder = _folder(body)
    roots = await _meant(context, body.root)
    if folder is not None:
        roots = [_holding(folder, roots, body.root)]
        statuses = await context.ports.control.roots()
        (status,) = [status for status in statuses if status.root == roots[0]]
        await check_folder(status, folder)
    for root in roots:
        await context.ports.control.request_scan(root, folder=folder, verify=body.verify)
    return json_response({"requested": roots}, 202)


async def pause(context: Context, body: RootRequest, _proof: CsrfProof = None) -> Response:
    """Nothing more is read or looked for there until it is resumed, over restarts too.

    What is in hand is finished. What changes meanwhile is found afterwards.
    """
    return await _set_paused(context, body.root, paused=True)


async def resume(context: Context, body: RootRequest, _proof: CsrfProof = None) -> Response:
    """Goes on where it was, and finds what changed meanwhile."""
    return await _set_paused(context, body.root, paused=False)


async def _set_paused(context: ApiContext, root: str | None, *, paused: bool) -> Response:
    roots = await _meant(context, root)
    for one in roots:
        await context.ports.control.set_paused(one, paused)
    return json_response({"requested": roots}, 202)


async def _meant(context: ApiContext, root: str | None) -> list[str]:
    known = [status.root for status in await context.ports.control.roots()]
    if root is not None and root not in known:
        raise NotFoundError(f"No root {root!r} is watched; /api/v1/roots lists those that are.")
    return known if root is None else [root]


def _folder(body: RescanRequest) -> bytes | None:
    if body.folder is None and body.folder_b64 is None:
        return None
    try:
        folder = from_wire(body.folder or "", body.folder_b64)
    except ValueError as error:
        raise InvalidError("The `folder_b64` is not base64.") from error
    parts = folder.split(b"/")
    if not folder.startswith(b"/") or b"\0" in folder or b".." in parts or b"." in parts:
        raise InvalidError(
            f"{display(folder)!r} is no whole path of a folder: it begins with a slash, and has no"
            " `.` or `..` in it."
        )
    return b"/" + b"/".join(part for part in parts if part)


def _holding(folder: bytes, roots: Sequence[str], root: str | None) -> str:
    holding = root_of(folder, roots)
    if holding is not None:
        return holding
    if root is not None:
        raise InvalidError(f"{display(folder)} does not lie in {root}.")
    raise NotFoundError(
        f"{display(folder)} lies in no root that is watched; /api/v1/roots lists those that are."
    )
