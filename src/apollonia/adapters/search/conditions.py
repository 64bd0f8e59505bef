"""What a query asks of a file's row, as SQL; whatever was typed goes as a bound value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.folding import MISSING, clean, fold
from apollonia.adapters.library.selection import ShelfRow, shelf_condition
from apollonia.adapters.search.amounts import AMOUNTS, is_bounded, reaches
from apollonia.adapters.search.sql import FALSE, Sql, joined
from apollonia.adapters.search.texts import TextPart, text_part
from apollonia.domain.query.tree import All, Between, Has, Is, Leaf, Not, Some, Term, Text

SHELF_FIELDS = frozenset({"root", "kind", "format", "availability", "missing", "status"})
TERM_FIELDS: Mapping[str, tuple[str, ...]] = {
    "genre": ("genre", "genre_found"),
    "mood": ("mood",),
    "instrument": ("instrument",),
    "object": ("object",),
    "tag": ("tag",),
    "language": ("language",),
    "voice": ("voice",),
    "sound": ("sound",),
}
"""The fields of ``file_terms`` that a field of the language stands for."""

_ROLES = {
    "subtitles": "subtitle",
    **{
        name: name
        for name in ("lyrics", "artwork", "metadata", "cue", "playlist", "checksum", "sibling")
    },
}
_EMBEDDED = {"subtitles": b'"type":"subtitle"', "artwork": b'"artwork":{'}
_KNOWN = {
    "artist": f"artist_key < '{MISSING}'",
    "album": f"album_key < '{MISSING}'",
    "albumartist": "album_artist <> ''",
    "composer": "composer <> ''",
    "codec": "codec IS NOT NULL",
    "key": "musical_key IS NOT NULL",
    "hash": "sha256_hash IS NOT NULL",
}
_SHA256_DIGITS = 64
_XXH128_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Conditions:
    """Makes conditions; ``now`` in µs since 1970, which ages are counted from."""

    connection: Connection
    shelves: Sequence[ShelfRow]
    now: int

    @property
    def dialect(self) -> str:
        """Which database it is."""
        return str(self.connection.dialect.name)

    def of(self, term: Term) -> Sql:
        """The condition that a file's row meets when the term does."""
        match term:
            case All():
                return joined([self.of(it) for it in term.terms], "AND")
            case Some():
                return joined([self.of(it) for it in term.terms], "OR")
            case Not():
                inner = self.of(term.term)
                return Sql(f"NOT coalesce({inner.text}, 1 = 0)", inner.values)
            case _:
                return self._leaf(term)

    def _leaf(self, leaf: Leaf) -> Sql:
        match leaf:
            case Text():
                return self._text(text_part(self.dialect, leaf))
            case Has():
                return self._has(leaf.what)
            case Between():
                return reaches(leaf, self.now)
            case Is():
                return self._is(leaf)

    def _text(self, part: TextPart) -> Sql:
        found = [Sql(*part.check)] if part.check else []
        if part.find is not None:
            found.insert(0, Sql(_MATCH[self.dialect], (part.find,)))
        return joined(found, "AND")

    def _is(self, term: Is) -> Sql:
        if term.field in SHELF_FIELDS:
            numbers = [it for it in self.shelves if stands(it, term)]
            if not numbers:
                return FALSE
            condition = shelf_condition(numbers)
            return Sql(condition.sql.removeprefix(" AND "), condition.values)
        if term.field in TERM_FIELDS:
            return has_term(term.field, str(term.value))
        if term.field in AMOUNTS:
            return is_bounded(term, self.now)
        return _WORDS[term.field](str(term.value))

    def _has(self, what: str) -> Sql:
        if what in AMOUNTS:
            return Sql(AMOUNTS[what].known)
        if what in TERM_FIELDS:
            return has_term(what, "*")
        if what in _KNOWN:
            return Sql(_KNOWN[what])
        found = [_neighbour(_ROLES[what])]
        if what in _EMBEDDED:
            has = f"{_POSITION[self.dialect]} > 0"
            media = f"EXISTS (SELECT 1 FROM file_media m WHERE m.file = number AND {has})"  # noqa: S608 - our words
            found.append(Sql(media, (_EMBEDDED[what],)))
        return joined(found, "OR")


_MATCH = {
    "postgresql": "search @@ CAST(? AS tsquery)",
    "sqlite": "number IN (SELECT rowid FROM files_fts WHERE files_fts MATCH ?)",
}
_POSITION = {"postgresql": "position(CAST(? AS bytea) IN m.media)", "sqlite": "instr(m.media, ?)"}


def stands(shelf: ShelfRow, term: Is) -> bool:
    """Whether the files of a shelf have this value."""
    value = str(term.value)
    if term.field == "missing":
        return (shelf.availability == "missing") == (value == "yes")
    if term.field == "root":
        return shelf.root.rstrip("/") == clean(value).rstrip("/")
    return str(getattr(shelf, term.field)) == value.lower()


def term_range(field: str, value: str) -> Sql:
    """Which rows of ``file_terms`` are meant: one word, or with a star all that begin so."""
    names = TERM_FIELDS[field]
    marks = ", ".join("?" * len(names))
    if not value.endswith("*"):
        return Sql(f"field IN ({marks}) AND term = ?", (*names, fold(value)))
    begin = fold(value[:-1])
    return Sql(
        f"field IN ({marks}) AND term >= ? AND term < ?", (*names, begin, begin + "\U0010ffff")
    )


def has_term(field: str, value: str) -> Sql:
    """One look for each file: the planner must not turn it round, it is for common words."""
    where = term_range(field, value)
    return Sql(
        f"EXISTS (SELECT 1 FROM file_terms t WHERE t.file = number AND {where.text}"  # noqa: S608 - our words
        " LIMIT 1 OFFSET 0)",
        where.values,
    )


def _neighbour(role: str) -> Sql:
    return Sql(
        "EXISTS (SELECT 1 FROM file_neighbors n WHERE n.file = number AND n.role = ?)", (role,)
    )


def _hash(value: str) -> Sql:
    digits = value.lower()
    if len(digits) == _XXH128_DIGITS:
        return Sql(
            "(xxh128_hash = ? OR (sha256_hash >= ? AND sha256_hash < ?))",
            (digits, digits, digits + "g"),
        )
    if len(digits) >= _SHA256_DIGITS:
        return Sql("sha256_hash = ?", (digits,))
    return Sql("(sha256_hash >= ? AND sha256_hash < ?)", (digits, digits + "g"))


_WORDS: Mapping[str, Callable[[str], Sql]] = {
    "analysis": lambda value: Sql("analysis = ?", (value,)),
    "codec": lambda value: Sql("codec = ?", (clean(value).lower(),)),
    "key": lambda value: Sql("musical_key = ?", (value,)),
    "id": lambda value: Sql("id = ?", (clean(value).lower(),)),
    "hash": lambda value: _hash(clean(value)),
    "role": _neighbour,
}
