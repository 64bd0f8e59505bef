"""``/files`` and ``/facets``."""

from dataclasses import replace
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from apollonia.api.conditional import with_etag
from apollonia.api.context import ApiContext, Context
from apollonia.api.cursors import MAX_CURSOR_CHARS
from apollonia.api.errors import NoArtworkError
from apollonia.api.file_query import ListQuery, Where, read_list
from apollonia.api.json_response import json_response
from apollonia.api.present import file_detail, file_item
from apollonia.api.problems import problems
from apollonia.api.schemas import Facets, FileDetail, FilePage
from apollonia.domain.ids import is_uuid
from apollonia.domain.paging import INDEXED_SORTS, TOTAL_CAP, After, FileFilter
from apollonia.domain.place import Place
from apollonia.errors import NotFoundError
from apollonia.ports.search import Found

MAX_PAGE = 500
MAX_EVENTS = 50

_PICTURE = {"schema": {"type": "string", "format": "binary"}}
_PICTURES = dict.fromkeys(("image/webp", "image/jpeg", "image/png"), _PICTURE)

FileId = Annotated[str, Path(max_length=64, description="UUID of the file")]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="Files per page")]
Cursor = Annotated[
    str | None, Query(max_length=MAX_CURSOR_CHARS, description="`next` of the page before")
]
PictureSize = Annotated[int, Query(ge=64, le=1024, description="Pixels of the longer side")]


def add_files(router: APIRouter) -> None:
    """Files: a list, one, its picture, and counts."""
    router.add_api_route(
        "/api/v1/files",
        list_files,
        response_model=FilePage,
        tags=["files"],
        summary="List and search files",
        responses=problems(400, 401, 503),
    )
    router.add_api_route(
        "/api/v1/files/{file_id}",
        show_file,
        response_model=FileDetail,
        tags=["files"],
        summary="One file with everything that is known of it",
        responses=problems(401, 404, 503),
    )
    router.add_api_route(
        "/api/v1/files/{file_id}/artwork",
        show_artwork,
        response_class=Response,
        tags=["files"],
        summary="The picture that stands for a file",
        responses={
            200: {"content": _PICTURES, "description": "The picture"},
            304: {"description": "The caller has it already"},
            **problems(400, 401, 404, 503),
        },
    )
    router.add_api_route(
        "/api/v1/facets",
        count_facets,
        response_model=Facets,
        tags=["files"],
        summary="Count files by kind and format",
        responses=problems(400, 401, 503),
    )


async def list_files(
    context: Context,
    query: Annotated[ListQuery, Depends(read_list)],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """A page of files. Follow `next` until it is null: each file comes exactly once.

    A cursor belongs to the filter and the order it was made with; with others it is refused with
    `invalid_cursor`.
    """
    after = None
    if cursor is not None:
        after = context.cursors.decode(cursor, query.where, query.sort)
    page = await _page(context, query, limit, after)
    following = page.next and context.cursors.encode(page.next, query.where, query.sort)
    return json_response(
        {
            "items": [file_item(place) for place in page.items],
            "next": following,
            "total": page.total,
            "total_at_least": TOTAL_CAP if page.total is None else None,
            "sorted_by": page.order.value,
            "corrections": [{"typed": it.typed, "used": it.used} for it in page.corrections],
            "query": page.query,
        }
    )


async def show_file(context: Context, file_id: FileId) -> Response:
    """All probed facts, the files that belong to it, and what happened to it (newest first)."""
    place = await place_of(context, file_id)
    library = context.ports.library
    neighbors = await library.neighbors(place.id)
    events = await library.events(place.id, MAX_EVENTS)
    return json_response(file_detail(place, neighbors, events))


async def show_artwork(
    request: Request, context: Context, file_id: FileId, size: PictureSize = 320
) -> Response:
    """The embedded picture, else one from its folder, else the image itself or a film's frame."""
    place = await place_of(context, file_id)
    picture = await context.ports.artwork.picture(place, size)
    if picture is None:
        raise NoArtworkError(f"There is no picture for the file {file_id}.")
    blob = picture.blob
    if not picture.lasting:  # the file is being replaced: the catalog will soon know another one
        return Response(blob.data, 200, {"Cache-Control": "no-store"}, blob.mime)
    response = Response(blob.data, 200, {"Cache-Control": "private, max-age=86400"}, blob.mime)
    return with_etag(request, response, f'"{sha256(blob.data).hexdigest()}"')


async def count_facets(context: Context, where: Where) -> Response:
    """Counts under the same filters as `/files`; each facet ignores its own filter."""
    if where.query is not None:
        return json_response(await _facets_of_query(context, where))
    facets = await context.ports.library.facets(where)
    return json_response({name: dict(facets.get(name, {})) for name in ("kind", "format")})


async def _facets_of_query(context: ApiContext, where: FileFilter) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for name, others in (
        ("kind", replace(where, kinds=())),
        ("format", replace(where, formats=())),
    ):
        counts = await context.ports.search.facet_counts(others, limit=MAX_PAGE)
        found[name] = {it.value: it.count for it in counts.fields.get(name, ())}
    return found


async def _page(context: ApiContext, query: ListQuery, limit: int, after: After | None) -> Found:
    ports, where, sort = context.ports, query.where, query.sort
    if where.text is None and where.query is None and sort.key in INDEXED_SORTS:
        page = await ports.library.page(where, sort, limit=limit, after=after)
        return Found(page.items, page.next, page.total, order=sort.key)
    return await ports.search.search(where, sort, limit=limit, after=after)


async def place_of(context: ApiContext, file_id: str) -> Place:
    """The file of that id; raises ``NotFoundError``."""
    place = await context.ports.library.place(file_id.lower()) if is_uuid(file_id) else None
    if place is None:
        raise NotFoundError(f"No file has the id {file_id!r}.")
    return place
