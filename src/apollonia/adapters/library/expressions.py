"""What is looked for in the words of files, in the language of each database's index of words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from apollonia.adapters.catalog.folding import fold
from apollonia.adapters.catalog.vectors import MAX_WORD, words_in
from apollonia.domain.query.tree import Mode, Text

MAX_WORDS = 24

COLUMNS: Mapping[str, tuple[str, str]] = {
    "title": ("title_key", "A"),
    "artist": ("artist_key", "B"),
    "album": ("album_key", "C"),
    "albumartist": ("album_artist", "C"),
    "composer": ("composer", "C"),
    "name": ("words", "D"),
    "path": ("words", "D"),
    "folder": ("words", "D"),
}
"""The column of each field of text, and the weight that its words have in PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Words of one text, at least one; in one column or anywhere."""

    words: tuple[str, ...]
    mode: Mode = Mode.WORDS
    column: str | None = None
    weight: str = ""


def words_of_text(text: str) -> list[str]:
    """The words that count, each once; none when there is no word in the text."""
    return list(dict.fromkeys(word[:MAX_WORD] for word in words_in(fold(text))))[-MAX_WORDS:]


def sought(text: Text) -> Sought | None:
    """What a part of a query looks for; ``None`` when there is no word in it."""
    if text.mode is Mode.WORDS:
        words = tuple(words_of_text(text.text))
    else:
        words = tuple(word[:MAX_WORD] for word in words_in(fold(text.text)))[:MAX_WORDS]
    if not words:
        return None
    column, weight = COLUMNS[text.field] if text.field else (None, "")
    return Sought(words, text.mode, column, weight)


class Language(Protocol):
    """How one database writes it."""

    def one(self, it: Sought) -> str:
        """All that is sought by one text."""
        ...

    def all_of(self, parts: Iterable[str]) -> str:
        """What all of these parts find."""
        ...

    def any_of(self, parts: Iterable[str]) -> str:
        """What any of these parts finds."""
        ...


class Fts5Language:
    """Every word is quoted: nothing that is typed is an operator."""

    def one(self, it: Sought) -> str:
        """All that is sought by one text."""
        if it.mode is Mode.WORDS:
            found = " AND ".join(f'"{word}"*' for word in it.words)
        else:
            found = f'"{" ".join(it.words)}"' + ("*" if it.mode is Mode.BEGUN else "")
        return f"{{{it.column}}} : ({found})" if it.column else f"({found})"

    def all_of(self, parts: Iterable[str]) -> str:
        """What all of these parts find."""
        return f"({' AND '.join(f'({part})' for part in parts)})"

    def any_of(self, parts: Iterable[str]) -> str:
        """What any of these parts finds."""
        return f"({' OR '.join(f'({part})' for part in parts)})"


class TsqueryLanguage:
    """Every word is quoted: nothing that is typed is an operator."""

    def one(self, it: Sought) -> str:
        """All that is sought by one text."""
        if it.mode is Mode.WORDS:
            return f"({' & '.join(f"'{word}':*{it.weight}" for word in it.words)})"
        tail = f":{it.weight}" if it.weight else ""
        words = [f"'{word}'{tail}" for word in it.words]
        if it.mode is Mode.BEGUN:
            words[-1] = f"'{it.words[-1]}':*{it.weight}"
        return f"({' <-> '.join(words)})"

    def all_of(self, parts: Iterable[str]) -> str:
        """What all of these parts find."""
        return f"({' & '.join(parts)})"

    def any_of(self, parts: Iterable[str]) -> str:
        """What any of these parts finds."""
        return f"({' | '.join(parts)})"


LANGUAGES: Mapping[str, Language] = {"sqlite": Fts5Language(), "postgresql": TsqueryLanguage()}


@dataclass(frozen=True, slots=True)
class Expression:
    """Finds files by their words; ``rank`` is what their score is taken from."""

    find: str
    rank: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A condition on ``file_terms`` that few of its rows meet."""

    sql: str
    values: tuple[Any, ...]


def of_words(dialect: str, words: Iterable[str]) -> Expression:
    """Files in which each of the words begins some word."""
    language, words = LANGUAGES[dialect], tuple(words)
    parts = [language.one(Sought((word,))) for word in words]
    return Expression(language.all_of(parts), language.any_of(parts))
