"""XMP beside a picture or a film: what people and their programs noted about it."""

import re
from typing import Any

from apollonia.media.bounds import compact
from apollonia.media.probing.text import clean
from apollonia.media.sidecars.limits import MAX_NAMES
from apollonia.media.sidecars.xml_tree import Element, parse_xml

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns# "
_DC = "http://purl.org/dc/elements/1.1/ "
_XMP = "http://ns.adobe.com/xap/1.0/ "
_PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/ "
_ONE = {
    f"{_DC}title": "title",
    f"{_DC}description": "description",
    f"{_XMP}Label": "label",
    f"{_XMP}CreatorTool": "tool",
    f"{_XMP}CreateDate": "date",
    f"{_PHOTOSHOP}DateCreated": "date",
}
_MANY = {f"{_DC}creator": "creators", f"{_DC}subject": "subjects"}
_RATING = f"{_XMP}Rating"


def read_xmp(text: str) -> dict[str, Any]:
    """Field ``xmp`` of ``messages.Media``; empty where it says nothing that we know.

    Raises:
        MediaFault: it is no XML that can be read safely.
    """
    facts: dict[str, Any] = {}
    for element in parse_xml(text).each():
        if element.name != f"{_RDF}Description":
            continue
        for name, value in element.attributes.items():
            _note(facts, name, [value])
        for child in element.children:
            _note(facts, child.name, _values(child))
    facts = compact(facts)
    return {"xmp": facts} if facts else {}


def _values(element: Element) -> list[str]:
    """The items of a list, or the text itself."""
    items = [one.text for one in element.each() if one.name == f"{_RDF}li"]
    return items[:MAX_NAMES] or [element.text]


def _note(facts: dict[str, Any], name: str, values: list[str]) -> None:
    told = [text for value in values if (text := clean(value))]
    if not told:
        return
    if name in _ONE:
        facts.setdefault(_ONE[name], told[0])
    elif name in _MANY:
        facts.setdefault(_MANY[name], told)
    elif name == _RATING and re.fullmatch(r"-?\d(?:\.\d{1,3})?", told[0]):
        facts.setdefault("rating", float(told[0]))
