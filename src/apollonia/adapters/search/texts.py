"""Text in a query: what the index of words finds, and what has to be looked at besides."""

import os
from dataclasses import dataclass

from apollonia.adapters.catalog.columns import HEAD_BYTES
from apollonia.adapters.catalog.folding import KEY_CHARACTERS, fold
from apollonia.adapters.catalog.vectors import POSITIONS
from apollonia.adapters.library.expressions import LANGUAGES, Sought, sought
from apollonia.adapters.library.selection import folder_condition
from apollonia.adapters.search.sql import Sql, joined
from apollonia.domain.paging import FileFilter
from apollonia.domain.query.tree import Mode, Text

_WHOLE = frozenset({"title", "artist", "album", "albumartist", "composer"})
_IN_NAME = {
    "postgresql": "strpos(replace(substring(lower(encode(path, 'escape')) from '[^/]*$'),"
    " '''', ''), CAST(? AS text)) > 0",
    "sqlite": "instr(replace(replace(lower(CAST(path AS TEXT)), rtrim(lower(CAST(path AS TEXT)),"
    " replace(lower(CAST(path AS TEXT)), '/', '')), ''), '''', ''), ?) > 0",
}
_IN_FOLDER = {
    "postgresql": "strpos(replace(substring(lower(encode(path, 'escape')) from '^.*/'),"
    " '''', ''), CAST(? AS text)) > 0",
    "sqlite": "instr(replace(rtrim(lower(CAST(path AS TEXT)),"
    " replace(lower(CAST(path AS TEXT)), '/', '')), '''', ''), ?) > 0",
}


@dataclass(frozen=True, slots=True)
class TextPart:
    """``find``: an expression that finds all files that may match; ``check``: which ones do."""

    find: str | None
    check: Sql | None = None


def text_part(dialect: str, text: Text) -> TextPart:
    """How one text is looked for; both empty where there is no word in it."""
    if text.field in {"path", "folder"} and text.text.startswith("/"):
        return TextPart(None, _beginning(text))
    what = sought(text)
    if what is None:
        return TextPart(None)
    checks = _checks(dialect, text, what)
    return TextPart(LANGUAGES[dialect].one(what), joined(checks, "AND") if checks else None)


def _checks(dialect: str, text: Text, what: Sought) -> list[Sql]:
    if text.mode is Mode.WHOLE and text.field in _WHOLE:
        return [Sql(f"{what.column} = ?", (fold(text.text)[:KEY_CHARACTERS],))]
    if text.field in {"name", "folder"}:
        where = (_IN_NAME if text.field == "name" else _IN_FOLDER)[dialect]
        return [Sql(where, (word,)) for word in what.words if word.isascii()]
    if dialect == "postgresql" and what.weight == "C":
        return [_in_column(what, at, word) for at, word in enumerate(what.words)]
    return []


def _in_column(what: Sought, at: int, word: str) -> Sql:
    """Album, its artist and composer have one weight: their words are told apart by position."""
    column = what.column or ""
    first = POSITIONS[column]
    goes_on = what.mode is Mode.WORDS or (what.mode is Mode.BEGUN and at == len(what.words) - 1)
    end = "" if goes_on else " "
    likes = "starts_with(u.lexeme, CAST(? AS text))" if goes_on else "u.lexeme = ?"
    return Sql(
        f"(strpos(' ' || {column} || ' ', CAST(? AS text)) > 0"  # noqa: S608 - our words
        f" OR EXISTS (SELECT 1 FROM unnest(search) AS u WHERE {likes}"
        f" AND EXISTS (SELECT 1 FROM unnest(u.positions) AS p"
        f" WHERE p BETWEEN {first} AND {first + 999})))",
        (f" {word}{end}", word),
    )


def _beginning(text: Text) -> Sql:
    raw = os.fsencode(text.text)
    if text.field == "folder":
        condition = folder_condition(FileFilter(folder=raw.rstrip(b"/") or b"/"))
        return Sql(condition.sql.removeprefix(" AND "), condition.values)
    head = raw[:HEAD_BYTES]
    return Sql("(path_head >= ? AND path_head < ?)", (head, head + b"\xff" * 8))
