"""The parts of a query, with where they stand."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from apollonia.domain.query.fault import QueryError
from apollonia.domain.query.fields import closest_field, field_named

MAX_CHARACTERS = 2_000
_MAX_TOKENS = 400

_SPACE = re.compile(r"\s*")
_BARE = re.compile(r"[^\s()]+")
_BARE_VALUE = re.compile(r"[^\s(),]+")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)("?)(\*?)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_FIELD = re.compile(r"([A-Za-z][A-Za-z_]*):(?!//)")
_COMPARISON = re.compile(r"[<>]=?|=")
_OPERATORS = frozenset({"and", "or", "not"})


class Part(StrEnum):
    """What a token is."""

    WORD = "word"
    QUOTED = "quoted"
    FIELD = "field"
    MINUS = "minus"
    OPEN = "("
    CLOSE = ")"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Typed:
    """One value behind a field's name; ``begun``: quoted, and the last word may go on."""

    text: str
    start: int
    end: int
    comparison: str = ""
    quoted: bool = False
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """A part of the query; its text is a word, an operator in capitals, or a field's name."""

    part: Part
    text: str
    start: int
    end: int
    begun: bool = False
    values: tuple[Typed, ...] = ()


def tokens_of(query: str) -> list[Token]:
    """All parts of the query.

    ``and``, ``or`` and ``not`` are operators in capitals, or where the query has anything besides
    words and parentheses; else they are words like any other.

    Raises:
        QueryError: a field that there is not, or without a value; or it is too long.
    """
    if len(query) > MAX_CHARACTERS:
        raise QueryError(
            f"a query has at most {MAX_CHARACTERS} characters", MAX_CHARACTERS, len(query)
        )
    tokens: list[Token] = []
    at = 0
    while (at := _skip(query, at)) < len(query):
        tokens.append(_token(query, at))
        at = tokens[-1].end
        if len(tokens) > _MAX_TOKENS:
            raise QueryError(f"a query has at most {_MAX_TOKENS} parts", at, len(query) - at)
    if _is_plain(tokens):
        return [replace(it, part=Part.WORD) if it.part is Part.OPERATOR else it for it in tokens]
    return tokens


def _token(query: str, at: int) -> Token:
    sign = query[at]
    if sign in "()":
        return Token(Part(sign), sign, at, at + 1)
    if sign == "-" and _goes_on(query, at + 1, "-)"):
        return Token(Part.MINUS, sign, at, at + 1)
    if quoted := _QUOTED.match(query, at):
        begun = bool(quoted[3] or not quoted[2])
        return Token(Part.QUOTED, _unescaped(quoted[1]), at, quoted.end(), begun)
    if (found := _FIELD.match(query, at)) and (field := _field(query, found)):
        return field
    end = _bare_end(query, at)
    text = query[at:end]
    if text.lower() in _OPERATORS:
        return Token(Part.OPERATOR, text, at, end)
    return Token(Part.WORD, text, at, end)


def _is_plain(tokens: list[Token]) -> bool:
    plain = {Part.WORD, Part.OPEN, Part.CLOSE}
    return all(
        it.part in plain or (it.part is Part.OPERATOR and not it.text.isupper()) for it in tokens
    )


def _field(query: str, found: re.Match[str]) -> Token | None:
    """The field with its values; ``None`` where ``name:`` is only text."""
    name, start, at = found[1], found.start(), found.end()
    field = field_named(name)
    if field is None:
        if not _goes_on(query, at, "()"):
            return None
        suggestion = closest_field(name)
        meant = f"did you mean {suggestion}:? " if suggestion else ""
        whole = query[start : _bare_end(query, start)]
        raise QueryError(
            f"there is no field “{name}”: {meant}To search for the text, write it in quotes:"
            f' "{whole.replace(chr(34), "")}"',
            start,
            len(name),
            suggestion,
        )
    values: list[Typed] = []
    at = _skip(query, at)
    while True:
        values.append(_typed(query, at))
        at = values[-1].end
        if not values[-1].text.strip():
            raise QueryError(
                f"{field.name}: needs a value, such as {field.examples[0]}", start, at - start
            )
        if query[at : at + 1] != ",":
            break
        at += 1
        if not _goes_on(query, at, "(),"):
            break
    return Token(Part.FIELD, field.name, start, at, values=tuple(values))


def _typed(query: str, at: int) -> Typed:
    start = at
    comparison = found[0] if (found := _COMPARISON.match(query, at)) else ""
    at += len(comparison)
    if quoted := _QUOTED.match(query, at):
        begun = bool(quoted[3] or not quoted[2])
        return Typed(_unescaped(quoted[1]), start, quoted.end(), comparison, True, begun)
    bare = _BARE_VALUE.match(query, at)
    return Typed(bare[0] if bare else "", start, bare.end() if bare else at, comparison)


def _goes_on(query: str, at: int, but: str) -> bool:
    """Whether something stands right there, other than these signs."""
    return at < len(query) and not query[at].isspace() and query[at] not in but


def _bare_end(query: str, at: int) -> int:
    found = _BARE.match(query, at)
    return found.end() if found else at + 1


def _skip(query: str, at: int) -> int:
    found = _SPACE.match(query, at)
    return found.end() if found else at


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
