"""Small pages of our own, for when there is no web build to show."""

from html import escape
from http import HTTPStatus

from starlette.responses import Response

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · Apollonia</title>
<style>
body {{ font: 1rem/1.6 system-ui, sans-serif; max-width: 38rem; margin: 15vh auto;
  padding: 0 1rem; }}
code {{ font-family: ui-monospace, monospace; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{paragraphs}
</main>
</body>
</html>
"""


def html_page(status: HTTPStatus, title: str, *paragraphs: str) -> Response:
    """A page with a heading and paragraphs of plain text; everything in it is escaped."""
    text = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    body = _PAGE.format(title=escape(title), paragraphs=text)
    headers = {"Cache-Control": "no-store"}
    return Response(body, int(status), headers, "text/html; charset=utf-8")
