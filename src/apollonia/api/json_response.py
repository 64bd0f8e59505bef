"""JSON as fast as it goes, and never a failure because of odd text."""

import json
from typing import Any

import orjson
from fastapi import Response


def json_bytes(content: Any) -> bytes:
    """The content as UTF-8 JSON.

    Text that came out of foreign files may hold lone surrogates, and numbers may be larger than 64
    bits: both go the slow way, with ``?`` in place of what UTF-8 cannot say.
    """
    try:
        return orjson.dumps(content)
    except (orjson.JSONEncodeError, TypeError):
        return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")


def json_response(content: Any, status: int = 200) -> Response:
    """An answer that nobody may store: it belongs to who asked, and to this moment."""
    headers = {"Cache-Control": "no-store"}
    return Response(json_bytes(content), status, headers, "application/json")
