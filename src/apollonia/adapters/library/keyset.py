"""Pages by keyset, driven by an index whatever the filter.

Each sort key has one index (shelf, key, id). A page is the merge of the matching shelves, each
read in the index's order and only as far as the page needs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import batched
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.folding import MISSING
from apollonia.adapters.database.bulk import read_rows, run
from apollonia.adapters.database.columns import Columns, Raw
from apollonia.adapters.library.selection import Condition, ShelfRow, shelf_condition
from apollonia.domain.paging import After, Sort, SortKey
from apollonia.errors import InvalidError

_MAX_MERGED = 200  # SQLite merges at most 500 in one statement
_MAX_NUMBER = 2**63
_BYTES = "path_head"  # the one sort key that is no text and no number


class Hit(NamedTuple):
    """A file's place in the order, and its number."""

    value: Any
    id: str
    number: int


@dataclass(frozen=True, slots=True)
class Order:
    """A sort as the tables know it."""

    column: str
    descending: bool
    lacking: Any = None
    """What stands for no value, where that is known of the column."""

    @property
    def is_indexed(self) -> bool:
        """Whether an index has it; else it takes sorting."""
        return self.column in _INDEXED

    @property
    def name(self) -> str:
        """What ``selected`` calls it."""
        return self.column if self.column.isidentifier() else "sorted"

    @property
    def selected(self) -> str:
        """The column as it is selected, under a name."""
        return f"{self.column} AS {self.name}"

    @property
    def is_real(self) -> bool:
        """Whether its values have digits behind the point."""
        return any(name in self.column for name in _REAL)

    @property
    def index(self) -> str:
        """The index that has it."""
        return f"ix_files_shelf_{self.column}_id"

    @property
    def clause(self) -> str:
        """``ORDER BY`` for a statement whose first columns are the value and the id."""
        return " ORDER BY 1 DESC, 2 DESC" if self.descending else " ORDER BY 1, 2"

    def after(self, after: After | None) -> Condition:
        """Coming later than the last item of the page before."""
        if after is None:
            return Condition()
        sign = "<" if self.descending else ">"
        return Condition(
            f" AND ({self.column}, id) {sign} (?, ?)", (self._value(after.value), after.id)
        )

    def having_value(self) -> Condition:
        """Only files that have what is sorted by."""
        sign = "<" if self.lacking == MISSING else ">"
        return Condition(f" AND {self.column} {sign} {_literal(self.lacking)}")

    def lacking_value(self) -> Condition | None:
        """Only the others; ``None`` where every file has it."""
        if self.lacking is None:
            return None
        return Condition(f" AND {self.column} = {_literal(self.lacking)}")

    @property
    def columns(self) -> Columns:
        """Value, id and number of what a statement selects."""
        value = Raw(self.name) if self.name == _BYTES else self.name
        return Columns(value, "id", "number")

    def to_after(self, hit: Hit) -> After:
        """Where the next page starts."""
        value = hit.value.decode("latin-1") if isinstance(hit.value, bytes) else hit.value
        return After(value, hit.id)

    def _value(self, value: Any) -> Any:
        number = self.column not in _TEXTS
        if number and isinstance(value, int | float) and abs(value) < _MAX_NUMBER:
            return value
        if not number and isinstance(value, str):
            try:
                return value.encode("latin-1") if self.column == _BYTES else value
            except UnicodeEncodeError:
                pass
        raise InvalidError("the cursor belongs to another sort: start from the first page")


_COLUMNS: Mapping[SortKey, tuple[str, Any]] = {
    SortKey.ADDED: ("added_time", None),
    SortKey.PATH: ("path_head", None),
    SortKey.TITLE: ("title_key", None),
    SortKey.ARTIST: ("artist_key", MISSING),
    SortKey.ALBUM: ("album_key", MISSING),
    SortKey.DURATION: ("duration_ms", 0),
    SortKey.SIZE: ("size", None),
    SortKey.MODIFIED: ("modified_time", None),
    SortKey.YEAR: ("coalesce(year, 0)", 0),
    SortKey.TRACK: ("coalesce(10000 * CAST(coalesce(disc, 1) AS bigint) + track, 0)", 0),
    SortKey.BITRATE: ("coalesce(bit_rate, 0)", 0),
    SortKey.TEMPO: ("coalesce(tempo_bpm, 0)", 0),
    SortKey.LOUDNESS: ("coalesce(loudness_lufs, -1000)", -1000),
    SortKey.ENERGY: ("coalesce(energy, -1)", -1),
    SortKey.QUALITY: ("coalesce(quality, -1)", -1),
}
"""The column of each, and what stands there for no value."""
_TEXTS = frozenset(
    {"added_time", "modified_time", "path_head", "title_key", "artist_key", "album_key"}
)
_REAL = ("tempo_bpm", "loudness_lufs", "energy", "quality")
_INDEXED = frozenset({*_TEXTS, "duration_ms", "size"})


def _literal(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)


def in_order(
    find: Callable[[Condition, int], list[Hit]], order: Order, after: After | None, limit: int
) -> list[Hit]:
    """The first hits after ``after``; those without a value come last in both directions."""
    lacking = order.lacking_value()
    if lacking is None:
        return find(order.after(after), limit)
    hits: list[Hit] = []
    is_last_part = after is not None and after.value == order.lacking
    if not is_last_part:
        hits = find(order.having_value() + order.after(after), limit)
    if len(hits) < limit:
        later = order.after(after) if is_last_part else Condition()
        hits += find(lacking + later, limit - len(hits))
    return hits


def order_of(sort: Sort) -> Order:
    """The order of a sort.

    Raises:
        InvalidError: relevance, which only a search for words has.
    """
    if sort.key not in _COLUMNS:
        raise InvalidError(f"cannot sort by {sort.key.value} without words to search for")
    column, lacking = _COLUMNS[sort.key]
    return Order(column, sort.descending, lacking)


def merged(
    connection: Connection,
    shelves: Sequence[ShelfRow],
    order: Order,
    where: Condition,
    limit: int,
) -> list[Hit]:
    """The first hits on these shelves, read in the index's order until there are enough."""
    hits: list[Hit] = []
    on_sqlite = connection.dialect.name == "sqlite"
    for group in batched(shelves, _MAX_MERGED):
        values: list[Any] = []
        for shelf in group:
            values += (shelf.number, *where.values, *(() if on_sqlite else (limit,)))
        branch = (
            _indexed_branch(order, where.sql) if on_sqlite else limited_branch(order, where.sql)
        )
        statement = merge_statement(branch, order, len(group))
        hits += hits_of(connection, statement, (*values, limit), order)
    if len(shelves) > _MAX_MERGED:
        hits.sort(key=lambda hit: (hit.value, hit.id), reverse=order.descending)
    return hits[:limit]


def gathered(
    connection: Connection,
    shelves: Sequence[ShelfRow],
    order: Order,
    where: Condition,
    limit: int,
) -> list[Hit]:
    """The first hits of a small part of the files, found by the condition and then sorted."""
    on_shelf = shelf_condition(shelves)
    statement = (
        f"SELECT {order.selected}, id, number FROM {found_by(connection, where)}"  # noqa: S608 - our words
        f" WHERE true{on_shelf.sql}{where.sql}{order.clause} LIMIT ?"
    )
    values = (*on_shelf.values, *where.values, limit)
    return hits_of(connection, statement, values, order)


def found_by(connection: Connection, where: Condition) -> str:
    """``FROM``: the files by the index that the condition names, where that can be said."""
    by_index = where.index and connection.dialect.name == "sqlite"
    return f"files INDEXED BY {where.index}" if by_index else "files"


def limited_branch(order: Order, where: str, *also: str) -> str:
    """What PostgreSQL reads of one shelf.

    It merges branches that are sorted already; and only who will read little is sure to read a
    branch by the index that sorts it. Values: the shelf, those of the condition, the limit.
    """
    columns = ", ".join((order.selected, "id", "number", *also))
    return f"(SELECT {columns} FROM files WHERE shelf = ?{where}{order.clause} LIMIT ?)"  # noqa: S608 - our words


def _indexed_branch(order: Order, where: str) -> str:
    """What SQLite reads of one shelf: it merges sorted branches without sorting."""
    return (
        f"SELECT {order.selected}, id, number FROM files INDEXED BY {order.index}"  # noqa: S608 - our words
        f" WHERE shelf = ?{where}"
    )


@lru_cache(maxsize=512)
def merge_statement(branch: str, order: Order, shelves: int) -> str:
    """One branch per shelf; a single one in parentheses can't be sorted as it stands."""
    only = f"SELECT * FROM {branch} AS single" if branch.startswith("(") else branch  # noqa: S608 - our words
    union = only if shelves == 1 else " UNION ALL ".join([branch] * shelves)
    return f"{union}{order.clause} LIMIT ?"


def hits_of(
    connection: Connection, statement: str, values: Sequence[Any], order: Order
) -> list[Hit]:
    """The hits of a statement that selects value, id and number."""
    if order.is_real:  # packing rounds
        return [Hit(*row) for row in run(connection, statement, values)]
    rows = read_rows(connection, order.columns, f"FROM ({statement}) AS found", values)
    return [Hit(*row) for row in rows]
