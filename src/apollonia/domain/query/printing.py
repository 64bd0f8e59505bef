"""From tree to text: what ``parse`` gives back as the same tree."""

import re

from apollonia.domain.query.fields import Field, Type, field_named
from apollonia.domain.query.tree import (
    All,
    Between,
    Has,
    Is,
    Leaf,
    Mode,
    Not,
    Some,
    Term,
    Text,
    Value,
)
from apollonia.domain.query.values import show_value

_BARE_VALUE = re.compile(r'[^\s(),"<>=][^\s(),]*')
_ESCAPED = re.compile(r'(["\\])')


def show(term: Term | None) -> str:
    """The query that means this."""
    if isinstance(term, All):
        return " ".join(_inner(it) for it in term.terms)
    return "" if term is None else _inner(term)


def _inner(term: Term) -> str:
    match term:
        case Not():
            return f"-{_inner(term.term)}"
        case All():
            return f"({' '.join(_inner(it) for it in term.terms)})"
        case Some():
            return f"({' OR '.join(_inner(it) for it in term.terms)})"
        case _:
            return _leaf(term)


def _leaf(leaf: Leaf) -> str:
    match leaf:
        case Text():
            return _text(leaf)
        case Has():
            return f"has:{leaf.what}"
        case Between():
            return _between(_field(leaf.field), leaf)
        case Is():
            field = _field(leaf.field)
            return f"{field.name}:{_shown(field, leaf.value)}"


def _text(term: Text) -> str:
    name = f"{term.field}:" if term.field else ""
    if term.mode is Mode.WORDS:
        return f"{name}{term.text}"
    quoted = '"' + _ESCAPED.sub(r"\\\1", term.text) + '"'
    if term.mode is Mode.WHOLE:
        return f"{name}={quoted}"
    return f"{name}{quoted}{'*' if term.mode is Mode.BEGUN else ''}"


def _between(field: Field, term: Between) -> str:
    low = term.low is not None and _shown(field, term.low)
    high = term.high is not None and _shown(field, term.high)
    if low and high:
        return f"{field.name}:{low}..{high}"
    if low:
        return f"{field.name}:>{'=' if term.with_low else ''}{low}"
    return f"{field.name}:<{'=' if term.with_high else ''}{high}"


def _shown(field: Field, value: Value) -> str:
    text = show_value(field, value)
    if field.type in {Type.WORD, Type.TERM, Type.TEXT} and not _BARE_VALUE.fullmatch(text):
        return '"' + _ESCAPED.sub(r"\\\1", text) + '"'
    return text


def _field(name: str) -> Field:
    field = field_named(name)
    assert field is not None
    return field
