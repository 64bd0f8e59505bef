"""``/api/v1/openapi.json`` and the page that shows it to people, without any foreign server."""

import asyncio

from fastapi import APIRouter, Response

from apollonia.api.context import Context
from apollonia.api.docs_page import SCRIPT

_NO_CACHE = {"Cache-Control": "no-cache"}


def add_docs(router: APIRouter) -> None:
    """The reference of the running version."""
    router.add_api_route("/api/v1/openapi.json", document, include_in_schema=False)
    router.add_api_route("/api/v1/docs", page, include_in_schema=False)
    router.add_api_route("/api/v1/docs/search.js", script, include_in_schema=False)


async def document(context: Context) -> Response:
    """OpenAPI 3.1."""
    body = await asyncio.to_thread(context.docs.document)
    return Response(body, 200, _NO_CACHE, "application/json")


async def page(context: Context) -> Response:
    """The reference as a page."""
    body = await asyncio.to_thread(context.docs.page)
    return Response(body, 200, _NO_CACHE, "text/html; charset=utf-8")


async def script() -> Response:
    """The page's search; a file of its own because the policy allows no script inside the page."""
    return Response(SCRIPT, 200, _NO_CACHE, "text/javascript; charset=utf-8")
