"""Conditional requests: nobody is sent what they have."""

from starlette.requests import Request
from starlette.responses import Response


def with_etag(request: Request, response: Response, etag: str) -> Response:
    """The response under its tag, or 304 when the caller has exactly this already."""
    response.headers["ETag"] = etag
    given = request.headers.get("if-none-match", "")
    tags = {tag.strip().removeprefix("W/") for tag in given.split(",")}
    if etag not in tags and given.strip() != "*":
        return response
    kept = {"ETag": etag}
    for name in ("Cache-Control", "Vary"):
        if name in response.headers:
            kept[name] = response.headers[name]
    return Response(status_code=304, headers=kept)
