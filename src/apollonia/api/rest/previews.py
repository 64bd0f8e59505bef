"""``/files/{id}/previews``: what a person looks through a film or a sound by."""

from hashlib import sha256
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from apollonia.api.conditional import with_etag
from apollonia.api.context import Context
from apollonia.api.errors import NoPreviewError
from apollonia.api.problems import problems
from apollonia.api.rest.files import FileId, place_of

type PreviewName = Literal[
    "storyboard.webp", "storyboard.vtt", "hover.webp", "waveform.webp", "spectrogram.webp"
]

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_TEXT = {"schema": {"type": "string"}}
_FOR_EVER = "private, max-age=31536000, immutable"
_A_DAY = "private, max-age=86400"

Name = Annotated[PreviewName, Path(description="Which preview")]
Content = Annotated[
    str | None,
    Query(
        alias="v",
        max_length=64,
        description="`sha256_hash` of the file: the address is of this content for ever",
    ),
]


def add_previews(router: APIRouter) -> None:
    """One operation for all of them."""
    router.add_api_route(
        "/api/v1/files/{file_id}/previews/{name}",
        show_preview,
        response_class=Response,
        tags=["files"],
        summary="A storyboard, a silent clip, a waveform or a spectrogram of a file",
        responses={
            200: {
                "content": {"image/webp": _BINARY, "text/vtt": _TEXT},
                "description": "The preview",
            },
            304: {"description": "The caller has it already"},
            **problems(400, 401, 404, 503),
        },
    )


async def show_preview(
    request: Request, context: Context, file_id: FileId, name: Name, content: Content = None
) -> Response:
    """Made when it is first asked for, and kept.

    Of a film: `storyboard.webp` (a sheet of stills) with `storyboard.vtt` (where each stands), and
    `hover.webp`; of what can be heard `waveform.webp` and `spectrogram.webp`.
    """
    place = await place_of(context, file_id)
    blob = await context.ports.previews.preview(place, name)
    if blob is None:
        raise NoPreviewError(f"There is no {name} for the file {file_id}.")
    lasting = content is not None and content == place.sha256_hash
    headers = {"Cache-Control": _FOR_EVER if lasting else _A_DAY}
    response = Response(blob.data, 200, headers, blob.mime)
    return with_etag(request, response, f'"{sha256(blob.data).hexdigest()}"')
