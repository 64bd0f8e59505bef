"""How a query may go on where somebody types."""

import re
from collections import Counter
from collections.abc import Sequence

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.folding import fold
from apollonia.adapters.catalog.vectors import words_in
from apollonia.adapters.database.bulk import run
from apollonia.adapters.library.selection import read_shelves
from apollonia.adapters.search.conditions import TERM_FIELDS
from apollonia.domain.query import show
from apollonia.domain.query.fields import FIELDS, Field, Type, field_named
from apollonia.domain.query.tree import Is, Mode, Text
from apollonia.ports.search import Suggestion, Suggestions

_QUOTED = re.compile(r'([A-Za-z][A-Za-z_]*):=?"([^"]*)$')
_BARE = re.compile(r'(?:([A-Za-z][A-Za-z_]*):=?)?([^\s"():,]*)$')
_OF_SHELVES = frozenset({"format", "root"})
_FOUND = (
    "SELECT word, shown, files FROM search_words WHERE field = ? AND word >= ? AND word < ?"
    " ORDER BY files DESC, word LIMIT ?"
)


def suggested(connection: Connection, query: str, position: int, limit: int) -> Suggestions:
    """Fields and words for a word, values for a field; nothing where neither fits."""
    before = query[:position]
    typed = _QUOTED.search(before) or _BARE.search(before)
    if typed is None:
        return Suggestions(position, position)
    name, text = typed.groups()
    if name is None:
        start = typed.end() - len(text)
        found = [*_fields(text), *_words(connection, text, limit)] if text else []
        return Suggestions(start, position, tuple(found[:limit]))
    field = field_named(name)
    values = _values(connection, field, text, limit) if field is not None else []
    return Suggestions(typed.start(), position, tuple(values[:limit]))


def _fields(text: str) -> list[Suggestion]:
    begin = text.lower()
    return [
        Suggestion("field", f"{it.name}:", it.name, help=it.help)
        for it in FIELDS
        if any(name.startswith(begin) for name in (it.name, *it.aliases))
    ]


def _words(connection: Connection, text: str, limit: int) -> list[Suggestion]:
    words = words_in(fold(text))
    if len(words) != 1:
        return []
    rows = _kept(connection, "word", words[0], limit)
    return [Suggestion("word", word, word, files) for word, _, files in rows]


def _values(connection: Connection, field: Field, text: str, limit: int) -> list[Suggestion]:
    if field.values:
        begin = text.lower()
        return [
            Suggestion("value", f"{field.name}:{it}", it)
            for it in field.values
            if it.startswith(begin)
        ]
    if field.name in _OF_SHELVES:
        return _of_shelves(connection, field, text)
    if field.type is Type.TERM and field.name in TERM_FIELDS:
        rows = _kept(connection, field.name, fold(text), limit)
        return [
            Suggestion("value", show(Is(field.name, word)), shown or word, files)
            for word, shown, files in rows
        ]
    rows = _kept(connection, field.name, fold(text), limit)
    return [
        Suggestion("value", show(Text(shown or word, field.name, Mode.WHOLE)), shown or word, files)
        for word, shown, files in rows
    ]


def _of_shelves(connection: Connection, field: Field, text: str) -> list[Suggestion]:
    counts: Counter[str] = Counter()
    for shelf in read_shelves(connection):
        counts[getattr(shelf, field.name)] += shelf.files
    return [
        Suggestion("value", show(Is(field.name, value)), value, count)
        for value, count in counts.most_common()
        if value and value.startswith(text)
    ]


def _kept(
    connection: Connection, field: str, begin: str, limit: int
) -> Sequence[tuple[str, str | None, int]]:
    rows = run(connection, _FOUND, (field, begin, f"{begin}\U0010ffff", limit))
    return [(row[0], row[1], row[2]) for row in rows]
