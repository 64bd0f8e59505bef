"""The OpenAPI document: the same bytes for the same code, made without any port."""

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi

from apollonia.api.authenticate import COOKIE
from apollonia.api.routes import add_routes
from apollonia.api.schemas import Problem

_DESCRIPTION = """\
Everything a program can ask of Apollonia, a self-hosted catalog of music and video.

Send a token made with `apollonia token` as `Authorization: Bearer …`. In the browser the session
cookie does the same; requests that change something then need the header `X-CSRF-Token` too.

Times are UTC with six decimals. Errors are problem details (RFC 9457) with a stable `code`. Lists
are keyset pages: follow `next`. `/api/v1/live` is a WebSocket that tells what changes.
"""
_TAGS = [
    {"name": "files", "description": "Every file of every root, with all that is known of it."},
    {"name": "stats", "description": "How much there is, and how much work waits."},
    {"name": "session", "description": "Who is signed in."},
    {"name": "roots", "description": "The watched folders."},
    {"name": "health", "description": "For supervisors; needs no credential."},
]
_OPEN = "/health/"
# Models of the wire contract have defaults for whoever writes them; we always send every field.
_ALWAYS_WHOLE = (
    *("Media", "Stream", "Tags", "Chapter", "Artwork", "Cue", "CueTrack", "Nfo", "Xmp"),
    *("Playlist", "PlaylistEntry", "Lyrics", "LyricsLine", "Subtitle", "Checksums"),
)


def openapi_document() -> dict[str, Any]:
    """OpenAPI 3.1 of all operations."""
    router = APIRouter()
    add_routes(router)
    document = get_openapi(
        title="Apollonia",
        version=version("apollonia"),
        summary="The API of a self-hosted media catalog",
        description=_DESCRIPTION,
        routes=router.routes,
        tags=_TAGS,
        license_info={"name": "MIT", "identifier": "MIT"},
        separate_input_output_schemas=False,
    )
    components = document["components"]
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
    }
    _add_problem(components["schemas"])
    for name in _ALWAYS_WHOLE:
        schema = components["schemas"][name]
        schema["required"] = list(schema["properties"])
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _finish(path, method, operation)
    components["schemas"] = dict(sorted(components["schemas"].items()))
    return document


def _finish(path: str, method: str, operation: dict[str, Any]) -> None:
    operation["operationId"] = _operation_id(path, method, operation["operationId"])
    operation["security"] = [] if path.startswith(_OPEN) else [{"token": []}, {"session": []}]


def _operation_id(path: str, method: str, given: str) -> str:
    """``list_files`` from ``list_files_api_v1_files_get``."""
    tail = f"{path}_{method}".replace("{", "_").replace("}", "_")
    plain = "".join(letter if letter.isalnum() else "_" for letter in tail)
    return given.removesuffix(plain).rstrip("_") or given


def _add_problem(schemas: dict[str, Any]) -> None:
    whole = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(whole.pop("$defs", {}))
    schemas["Problem"] = whole
