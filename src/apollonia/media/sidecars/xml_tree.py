"""Small XML documents from strangers: no entities, no outside, a bounded number of elements."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from apollonia.media.faults import MediaFault

MAX_DEPTH = 64
MAX_ELEMENTS = 20_000
_NAMESPACE = " "


@dataclass(slots=True)
class Element:
    """One element; names in a namespace read ``"uri name"``."""

    name: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text directly inside it."""
        return "".join(self.pieces).strip()

    def each(self) -> Iterator["Element"]:
        """Itself and everything below it, in document order."""
        left = [self]
        while left:
            element = left.pop()
            yield element
            left.extend(reversed(element.children))


class _Stop(Exception):  # noqa: N818 - not an error: enough was read
    """There is more than is worth reading."""


class _Builder:
    def __init__(self) -> None:
        self.root: Element | None = None
        self.stack: list[Element] = []
        self.count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.stack) >= MAX_DEPTH:
            raise MediaFault("corrupt", f"Its elements are nested more than {MAX_DEPTH} deep.")
        if self.count > MAX_ELEMENTS:
            raise _Stop
        element = Element(name, attributes)
        if self.stack:
            self.stack[-1].children.append(element)
        elif self.root is None:
            self.root = element
        self.stack.append(element)

    def end(self, _name: str) -> None:
        self.stack.pop()
        if not self.stack:
            raise _Stop  # what comes after the document is none of it

    def text(self, data: str) -> None:
        if self.stack:
            self.stack[-1].pieces.append(data)


def parse_xml(text: str) -> Element:
    """The document's root; what follows it is left alone, as is what exceeds 20,000 elements.

    Raises:
        MediaFault: no XML, entities of its own, or nested deeper than 64.
    """
    builder = _Builder()
    parser = expat.ParserCreate("utf-8", _NAMESPACE)
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.EntityDeclHandler = _refuse_entity
    try:
        parser.Parse(text.lstrip("\ufeff \t\r\n").encode("utf-8", "replace"), True)
    except _Stop:
        pass
    except (expat.ExpatError, ValueError) as error:
        raise MediaFault("corrupt", f"Its XML is damaged ({error}).") from None
    if builder.root is None:
        raise MediaFault("corrupt", "There is no XML in it.")
    return builder.root


def _refuse_entity(*_: object) -> None:
    raise MediaFault("corrupt", "It declares entities of its own: it is not read.")
