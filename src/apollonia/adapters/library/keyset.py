"""Pages by keyset, driven by an index whatever the filter.

Each sort key has one index (shelf, key, id). A page is the merge of the matching shelves, each
read in the index's order and only as far as the page needs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import batched
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.folding import MISSING
from apollonia.adapters.database.bulk import read_rows
from apollonia.adapters.database.columns import Columns, Raw
from apollonia.adapters.library.selection import Condition, ShelfRow, shelf_condition
from apollonia.domain.paging import After, Sort, SortKey
from apollonia.errors import InvalidError

_MAX_MERGED = 200  # SQLite merges at most 500 in one statement
_MAX_NUMBER = 2**63
_MISSING_VALUES = (MISSING, 0)
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
        return Condition(_HAVING.get(self.column, ""))

    def lacking_value(self) -> Condition | None:
        """Only the others; ``None`` where every file has it."""
        lacking = _LACKING.get(self.column)
        return None if lacking is None else Condition(lacking)

    @property
    def columns(self) -> Columns:
        """Value, id and number of what a statement selects."""
        value = Raw(self.column) if self.column == _BYTES else self.column
        return Columns(value, "id", "number")

    def to_after(self, hit: Hit) -> After:
        """Where the next page starts."""
        value = hit.value.decode("latin-1") if isinstance(hit.value, bytes) else hit.value
        return After(value, hit.id)

    def _value(self, value: Any) -> Any:
        number = self.column in {"duration_ms", "size"}
        if number and isinstance(value, int) and abs(value) < _MAX_NUMBER:
            return value
        if not number and isinstance(value, str):
            try:
                return value.encode("latin-1") if self.column == _BYTES else value
            except UnicodeEncodeError:
                pass
        raise InvalidError("the cursor belongs to another sort: start from the first page")


_COLUMNS = {
    SortKey.ADDED: "added_time",
    SortKey.PATH: "path_head",
    SortKey.TITLE: "title_key",
    SortKey.ARTIST: "artist_key",
    SortKey.ALBUM: "album_key",
    SortKey.DURATION: "duration_ms",
    SortKey.SIZE: "size",
    SortKey.MODIFIED: "modified_time",
}


_HAVING = {
    "artist_key": f" AND artist_key < '{MISSING}'",
    "album_key": f" AND album_key < '{MISSING}'",
    "duration_ms": " AND duration_ms > 0",
}
_LACKING = {
    "artist_key": f" AND artist_key = '{MISSING}'",
    "album_key": f" AND album_key = '{MISSING}'",
    "duration_ms": " AND duration_ms = 0",
}


def in_order(
    find: Callable[[Condition, int], list[Hit]], order: Order, after: After | None, limit: int
) -> list[Hit]:
    """The first hits after ``after``; those without a value come last in both directions."""
    lacking = order.lacking_value()
    if lacking is None:
        return find(order.after(after), limit)
    hits: list[Hit] = []
    is_last_part = after is not None and after.value in _MISSING_VALUES
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
    column = _COLUMNS.get(sort.key)
    if column is None:
        raise InvalidError(f"cannot sort by {sort.key.value} without words to search for")
    return Order(column, sort.descending)


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
        f"SELECT {order.column}, id, number FROM {found_by(connection, where)}"  # noqa: S608 - our words
        f" WHERE true{on_shelf.sql}{where.sql}{order.clause} LIMIT ?"
    )
    values = (*on_shelf.values, *where.values, limit)
    return hits_of(connection, statement, values, order)


def found_by(connection: Connection, where: Condition) -> str:
    """``FROM``: the files by the index that the condition names, where that can be said."""
    return f"files INDEXED BY {where.index}" if connection.dialect.name == "sqlite" else "files"


def limited_branch(order: Order, where: str, *also: str) -> str:
    """What PostgreSQL reads of one shelf.

    It merges branches that are sorted already; and only who will read little is sure to read a
    branch by the index that sorts it. Values: the shelf, those of the condition, the limit.
    """
    columns = ", ".join((order.column, "id", "number", *also))
    return f"(SELECT {columns} FROM files WHERE shelf = ?{where}{order.clause} LIMIT ?)"  # noqa: S608 - our words


def _indexed_branch(order: Order, where: str) -> str:
    """What SQLite reads of one shelf: it merges sorted branches without sorting."""
    return (
        f"SELECT {order.column}, id, number FROM files INDEXED BY {order.index}"  # noqa: S608 - our words
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
    rows = read_rows(connection, order.columns, f"FROM ({statement}) AS found", values)
    return [Hit(*row) for row in rows]
