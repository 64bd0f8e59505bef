"""Words as people type them, as a query of FTS5, and the files that match it."""

import unicodedata
from collections.abc import Mapping, Sequence

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.folding import fold
from apollonia.adapters.database.bulk import run
from apollonia.adapters.library.selection import Condition, ShelfRow, shelf_condition

MAX_COUNTED = 100_000
_MAX_WORDS = 24
_MAX_WORD = 64
_WORD_CLASSES = frozenset("LN")


def match_of(text: str | None) -> str | None:
    """All words, each as a beginning; ``None`` when there is no word in the text.

    Every word is quoted: nothing that is typed is an operator, and FTS5 splits inside the quotes
    exactly as it split the texts.
    """
    words = _words(fold(text)) if text else []
    if not words:
        return None
    return " AND ".join(f'"{word[:_MAX_WORD]}"*' for word in words)


def count_matches(connection: Connection, match: str, where: Condition, *, at_most: int) -> int:
    """How many files match; counts no further than ``at_most``."""
    found = source(where) if where else "files_fts WHERE files_fts MATCH ?"
    rows = run(
        connection,
        f"SELECT count(*) FROM (SELECT 1 FROM {found} LIMIT ?)",  # noqa: S608 - our words
        (match, *where.values, at_most),
    )
    return int(rows[0][0])


def matches_by_shelf(
    connection: Connection, match: str, shelves: Sequence[ShelfRow], folder: Condition
) -> Mapping[int, int]:
    """How many of the matching files stand on each shelf, among the newest 100,000."""
    if not shelves:
        return {}
    on_shelf = shelf_condition(shelves)
    where = Condition(on_shelf.sql + folder.sql, on_shelf.values + folder.values)
    rows = run(
        connection,
        "SELECT shelf, count(*) FROM (SELECT shelf FROM"  # noqa: S608 - our words
        f" {source(where)} ORDER BY hit DESC LIMIT ?) GROUP BY shelf",
        (match, *where.values, MAX_COUNTED),
    )
    return {row[0]: row[1] for row in rows}


def source(where: Condition, score: str = "NULL") -> str:
    """``FROM`` and ``WHERE`` of the matching files; the words first, then the condition."""
    return (
        f"(SELECT rowid AS hit, {score} AS score FROM files_fts WHERE files_fts MATCH ?)"  # noqa: S608 - our words
        f" CROSS JOIN files ON files.number = hit WHERE 1{where.sql}"
    )


def _words(text: str) -> list[str]:
    """Runs of letters and digits, with the marks that belong to them; first words first."""
    spaced = "".join(sign if _is_part(sign) else " " for sign in text)
    words = dict.fromkeys(word for word in spaced.split() if _has_letter(word))
    return list(words)[-_MAX_WORDS:]


def _is_part(sign: str) -> bool:
    return sign.isalnum() or unicodedata.category(sign)[0] in "LNM"


def _has_letter(word: str) -> bool:
    return any(unicodedata.category(sign)[0] in _WORD_CLASSES for sign in word)
