"""The OpenAPI document as one readable page: works without a network, and without scripts."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any

from apollonia.api.docs_style import STYLE

SCRIPT = """\
const box = document.querySelector("#search");
const parts = [...document.querySelectorAll("details[data-words]")];
box.hidden = false;
box.addEventListener("input", () => {
  const words = box.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for (const part of parts) {
    part.hidden = !words.every((word) => part.dataset.words.includes(word));
  }
});
"""

Document = Mapping[str, Any]


class Docs:
    """Makes the document and its page when they are first asked for."""

    def __init__(self, make: Callable[[], dict[str, Any]]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: tuple[bytes, bytes] | None = None

    def document(self) -> bytes:
        """OpenAPI as JSON."""
        return self._both()[0]

    def page(self) -> bytes:
        """OpenAPI as HTML."""
        return self._both()[1]

    def _both(self) -> tuple[bytes, bytes]:
        with self._lock:
            if self._made is None:
                document = self._make()
                page = "\n".join(_page(document))
                self._made = (json.dumps(document).encode(), page.encode())
            return self._made


def _page(document: Document) -> Iterator[str]:
    info = document["info"]
    title = f"{escape(info['title'])} {escape(info['version'])}"
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title} API</title><style>{STYLE}</style>"
    yield '<script type="module" src="/api/v1/docs/search.js"></script></head><body><main>'
    yield f"<h1>{title} API</h1>"
    for paragraph in info["description"].strip().split("\n\n"):
        yield f"<p>{_text(paragraph)}</p>"
    yield '<p>Machines read <a href="/api/v1/openapi.json">openapi.json</a>.</p>'
    yield '<input id="search" type="search" placeholder="Search" aria-label="Search" hidden>'
    yield "<h2>Operations</h2>"
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield from _operation(path, method, operation)
    yield "<h2>Schemas</h2>"
    for name, schema in document["components"]["schemas"].items():
        yield from _schema(name, schema)
    yield "</main></body></html>"


def _operation(path: str, method: str, operation: Document) -> Iterator[str]:
    parameters = operation.get("parameters", ())
    names = " ".join(parameter["name"] for parameter in parameters)
    summary = operation.get("summary", "")
    words = escape(f"{method} {path} {summary} {names}".lower())
    yield f'<details data-words="{words}"><summary><b class="{escape(method)}">'
    yield f"{escape(method.upper())}</b> <code>{escape(path)}</code> {escape(summary)}</summary>"
    for paragraph in operation.get("description", "").split("\n\n"):
        yield f"<p>{_text(paragraph)}</p>"
    if parameters:
        yield "<table><tr><th>Parameter</th><th>Type</th><th>Meaning</th></tr>"
        for parameter in parameters:
            yield _row(parameter["name"], parameter["schema"], parameter)
        yield "</table>"
    body = operation.get("requestBody")
    if body:
        yield f"<p>Body: {', '.join(_contents(body))}</p>"
    yield "<table><tr><th>Answer</th><th>Type</th><th>Meaning</th></tr>"
    for status, answer in operation["responses"].items():
        types = ", ".join(_contents(answer))
        yield f"<tr><td><code>{escape(status)}</code></td><td>{types}</td>"
        yield f"<td>{_text(answer.get('description', ''))}</td></tr>"
    yield "</table></details>"


def _schema(name: str, schema: Document) -> Iterator[str]:
    properties = schema.get("properties", {})
    words = escape(f"{name} {' '.join(properties)}".lower())
    yield f'<details id="{escape(name)}" data-words="{words}">'
    yield f"<summary><code>{escape(name)}</code></summary>"
    yield f"<p>{_text(schema.get('description', ''))}</p>"
    if "enum" in schema:
        yield f"<p>{_type(schema)}</p>"
    if properties:
        yield "<table><tr><th>Field</th><th>Type</th><th>Meaning</th></tr>"
        for field, value in properties.items():
            yield _row(field, value, value)
        yield "</table>"
    for example in schema.get("examples", ()):
        yield f"<pre>{escape(json.dumps(example, indent=2, ensure_ascii=False))}</pre>"
    yield "</details>"


def _row(name: str, schema: Document, described: Document) -> str:
    meaning = _text(described.get("description", ""))
    if schema.get("default") is not None:
        meaning += f" Default <code>{escape(json.dumps(schema['default']))}</code>."
    return (
        f"<tr><td><code>{escape(name)}</code></td><td>{_type(schema)}</td><td>{meaning}</td></tr>"
    )


def _contents(described: Document) -> Iterator[str]:
    for mime, content in described.get("content", {}).items():
        shown = _type(content.get("schema", {}))
        yield shown if mime == "application/json" else f"{shown} as {escape(mime)}"


def _type(schema: Document) -> str:
    """A schema in a few words, with links to those that have a name."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    for several in ("anyOf", "allOf", "oneOf"):
        if several in schema:
            return " or ".join(_type(one) for one in schema[several])
    if "enum" in schema:
        return " · ".join(f"<code>{escape(str(word))}</code>" for word in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    extra = schema.get("additionalProperties")
    if isinstance(extra, dict):
        return f"map of {_type(extra)}"
    return escape(str(schema.get("type", "any")))


def _text(text: str) -> str:
    """Plain text, with ``code`` where backquotes say so."""
    pieces = escape(" ".join(text.split())).replace("``", "`").split("`")
    return "".join(f"<code>{one}</code>" if at % 2 else one for at, one in enumerate(pieces))
