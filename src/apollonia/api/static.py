"""Everything that is not the API: the page's files, and the page itself for its own addresses."""

from http import HTTPStatus
from pathlib import PurePosixPath

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from apollonia.api.conditional import with_etag
from apollonia.api.context import Context
from apollonia.api.errors import RETRY_AFTER_S
from apollonia.api.html_page import html_page
from apollonia.api.site import INDEX, SiteFile

_ASSETS = "assets/"
_FOREVER = "public, max-age=31536000, immutable"
_ALWAYS_ASK = "no-cache"
_NOT_THE_PAGE = ("api", "health")


def add_page(router: APIRouter) -> None:
    """The last router: it answers whatever no other did."""
    router.add_api_route(
        "/{path:path}", page, methods=["GET", "HEAD"], include_in_schema=False, name="page"
    )


async def page(request: Request, path: str, context: Context) -> Response:
    """A file of the build, or the page: it has addresses of its own (``/files/…``)."""
    if path.partition("/")[0] in _NOT_THE_PAGE:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    found = await context.site.file(path)
    if found is not None and path != INDEX:
        forever = path.startswith(_ASSETS)
        return _send(request, found, _FOREVER if forever else _ALWAYS_ASK)
    if path.startswith(_ASSETS) or _is_file_name(path):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    index = await context.site.file(INDEX)
    if index is None:
        return _missing()
    return _send(request, index, _ALWAYS_ASK)


def _send(request: Request, file: SiteFile, caching: str) -> Response:
    headers = {"Cache-Control": caching}
    return with_etag(request, Response(file.data, 200, headers, file.mime), file.etag)


def _is_file_name(path: str) -> bool:
    """``/favicon.ico`` that is not there is not the page; ``/files/<id>`` is."""
    return bool(PurePosixPath(path).suffix) and "/" not in path


def _missing() -> Response:
    response = html_page(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The web page is not built",
        "Apollonia is running and its API answers, but the files of its web page are missing.",
        "Run `make run`, or `npm run build` in the folder web, then load this page again.",
    )
    response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response
