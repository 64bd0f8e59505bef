"""How OpenAPI shows the problems of an operation."""

from http import HTTPStatus
from typing import Any

from apollonia.api.errors import PROBLEM_JSON

_SCHEMA = {"schema": {"$ref": "#/components/schemas/Problem"}}
_WORDS = {
    400: "A value is not acceptable: `invalid`, `invalid_query` or `invalid_cursor`",
    401: "No credential, or one that is not valid (any more): `unauthenticated`",
    403: "The proof against forged requests is missing: `csrf` or `foreign_origin`",
    404: "There is no such item: `not_found`, `no_artwork` or `no_preview`",
    409: "The item is in a state that does not allow this: `conflict`",
    503: "Something is away or busy; `Retry-After` says when to ask again",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documented problems with these statuses, and the shape of all others."""
    shown: dict[int | str, dict[str, Any]] = {
        status: _problem(_WORDS.get(status, HTTPStatus(status).phrase)) for status in statuses
    }
    shown["default"] = _problem("Any other problem")
    return shown


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {PROBLEM_JSON: _SCHEMA}}
