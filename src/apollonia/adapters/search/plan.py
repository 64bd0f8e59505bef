"""What a list asks for, split by what answers it: the shelves, the index of words, the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import run
from apollonia.adapters.library.expressions import LANGUAGES, Expression, Language
from apollonia.adapters.library.selection import (
    ANY_INDEX,
    Condition,
    Narrowing,
    ShelfRow,
    matching,
    read_shelves,
    row_condition,
)
from apollonia.adapters.search.amounts import AMOUNTS, INDEXED
from apollonia.adapters.search.conditions import (
    SHELF_FIELDS,
    TERM_FIELDS,
    Conditions,
    stands,
    term_range,
)
from apollonia.adapters.search.sql import Sql, joined
from apollonia.adapters.search.texts import TextPart, text_part
from apollonia.domain.paging import TOTAL_CAP, FileFilter
from apollonia.domain.query.tree import (
    All,
    Between,
    Is,
    Mode,
    Not,
    Number,
    Some,
    Term,
    Text,
    leaves_of,
)

_MAX_YEARS = 20
_WHOLE_INDEX = {"title": "title_key", "artist": "artist_key", "album": "album_key"}


@dataclass(frozen=True, slots=True)
class Plan:
    """``text`` finds by words, ``listed`` by a word of ``file_terms``; at most one of them."""

    within: Narrowing
    text: Expression | None = None
    listed: Sql | None = None

    @property
    def is_whole_list(self) -> bool:
        """Whether shelves alone answer it."""
        return self.text is None and self.listed is None and not self.within.folder


def plan_of(connection: Connection, where: FileFilter, asked: Term | None, now: int) -> Plan:
    """How the files of a filter and a query are found; ``now`` in µs since 1970."""
    shelves = read_shelves(connection)
    return _Planner(connection, shelves, now).plan(where, asked)


class _Planner:
    def __init__(self, connection: Connection, shelves: Sequence[ShelfRow], now: int) -> None:
        self._connection = connection
        self._all = shelves
        self._conditions = Conditions(connection, shelves, now)
        self._language: Language = LANGUAGES[connection.dialect.name]

    def plan(self, where: FileFilter, asked: Term | None) -> Plan:
        shelves = matching(self._all, where)
        found: list[str] = []
        ranked: list[str] = []
        rest: list[Sql] = []
        listed: list[Is] = []
        index = ANY_INDEX
        for term in _parts(asked):
            if _is_of_shelves(term):
                shelves = [shelf for shelf in shelves if _fits(shelf, term)]
                continue
            find = self._find(term)
            if find is not None:
                found.append(find)
                ranked += [find]
                if self._is_found_exactly(term):
                    continue
            if isinstance(term, Is) and term.field in TERM_FIELDS:
                listed.append(term)
                continue
            rest.append(self._conditions.of(term))
            index = index or _index_for(term)
        driver = None
        for term in listed:
            rows = term_range(term.field, str(term.value))
            if not found and driver is None and self._is_rare(rows):
                driver = rows
            else:
                rest.append(self._conditions.of(term))
        row = row_condition(where)
        if rest:
            extra = joined(rest, "AND")
            row = Condition(
                f"{row.sql} AND {extra.text}",
                (*row.values, *extra.values),
                row.index if row else index,
            )
        within = Narrowing(shelves, row, len(shelves) == len(self._all))
        text = None
        if found:
            text = Expression(self._language.all_of(found), self._language.any_of(ranked))
        return Plan(within, text, driver)

    def _find(self, term: Term) -> str | None:
        """An expression for all that may match; ``None`` where words tell nothing of it."""
        match term:
            case Text():
                return self._part(term).find
            case Not():
                return None
            case All():
                parts = [it for inner in term.terms if (it := self._find(inner)) is not None]
                return self._language.all_of(parts) if parts else None
            case Some():
                some = [self._find(inner) for inner in term.terms]
                known = [it for it in some if it is not None]
                return self._language.any_of(known) if len(known) == len(some) else None
            case _:
                return self._years(term)

    def _years(self, term: Term) -> str | None:
        """A file's year is among its words."""
        years = _years_of(term)
        if not years:
            return None
        words = [Text(str(year), "path", Mode.PHRASE) for year in years]
        return self._language.any_of([self._part(it).find or "" for it in words])

    def _is_found_exactly(self, term: Term) -> bool:
        return all(
            isinstance(leaf, Text) and self._part(leaf).check is None for leaf in leaves_of(term)
        ) and not _has_not(term)

    def _part(self, text: Text) -> TextPart:
        return text_part(self._connection.dialect.name, text)

    def _is_rare(self, rows: Sql) -> bool:
        counted = run(
            self._connection,
            f"SELECT count(*) FROM (SELECT 1 FROM file_terms WHERE {rows.text} LIMIT ?) AS part",  # noqa: S608 - our words
            (*rows.values, TOTAL_CAP + 1),
        )
        return int(counted[0][0]) <= TOTAL_CAP


def _parts(asked: Term | None) -> Sequence[Term]:
    if asked is None:
        return ()
    return asked.terms if isinstance(asked, All) else (asked,)


def _is_of_shelves(term: Term) -> bool:
    return all(isinstance(leaf, Is) and leaf.field in SHELF_FIELDS for leaf in leaves_of(term))


def _fits(shelf: ShelfRow, term: Term) -> bool:
    match term:
        case All():
            return all(_fits(shelf, it) for it in term.terms)
        case Some():
            return any(_fits(shelf, it) for it in term.terms)
        case Not():
            return not _fits(shelf, term.term)
        case _:
            assert isinstance(term, Is)
            return stands(shelf, term)


def _has_not(term: Term) -> bool:
    if isinstance(term, All | Some):
        return any(map(_has_not, term.terms))
    return isinstance(term, Not)


def _years_of(term: Term) -> Sequence[int]:
    match term:
        case Is(field="year", value=Number() as one):
            return (int(one.value),)
        case Between(field="year", low=Number() as low, high=Number() as high):
            years = range(int(low.value), int(high.value) + 1)
            return years if len(years) <= _MAX_YEARS else ()
        case _:
            return ()


def _index_for(term: Term) -> str:
    """The index that SQLite should find by; none: it decides."""
    match term:
        case Is() | Between() if term.field in INDEXED:
            return f"ix_files_shelf_{AMOUNTS[term.field].name}_id"
        case Is(field="key"):
            return "ix_files_shelf_musical_key_id"
        case Is(field="analysis"):
            return "ix_files_analysis_number"
        case Text(mode=Mode.WHOLE) if term.field in _WHOLE_INDEX:
            return f"ix_files_shelf_{_WHOLE_INDEX[term.field]}_id"
        case _:
            return ANY_INDEX
