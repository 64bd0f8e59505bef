"""The files that a condition on their rows selects, on SQLite."""

from collections.abc import Mapping, Sequence

from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import run
from apollonia.adapters.library.keyset import (
    Hit,
    Order,
    found_by,
    gathered,
    hits_of,
    in_order,
    merged,
)
from apollonia.adapters.library.selection import (
    ANY_INDEX,
    Condition,
    Narrowing,
    ShelfRow,
    shelf_condition,
)
from apollonia.domain.paging import After

_MAX_COUNTED = 100_000


class RowMatches:
    """``Matches`` of ``matches.py``, without anything that finds them but their rows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self, within: Narrowing, *, at_most: int) -> int:
        """How many files; counts no further than ``at_most``."""
        where = _where(within)
        rows = run(
            self._connection,
            f"SELECT count(*) FROM (SELECT 1 FROM {found_by(self._connection, within.folder)}"  # noqa: S608 - our words
            f" WHERE true{where.sql} LIMIT ?) AS part",
            (*where.values, at_most),
        )
        return int(rows[0][0])

    def source(self, within: Narrowing) -> Condition:
        """``FROM`` and what follows it for all of the files."""
        where = _where(within)
        found = found_by(self._connection, within.folder or Condition(index=ANY_INDEX))
        return Condition(f"{found} WHERE true{where.sql}", where.values)

    def by_shelf(self, shelves: Sequence[ShelfRow], folder: Condition) -> Mapping[int, int]:
        """How many of them stand on each of the shelves, among 100,000 of them."""
        if not shelves:
            return {}
        where = shelf_condition(shelves) + folder
        rows = run(
            self._connection,
            f"SELECT shelf, count(*) FROM (SELECT shelf FROM {found_by(self._connection, folder)}"  # noqa: S608 - our words
            f" WHERE true{where.sql} LIMIT ?) AS part GROUP BY shelf",
            (*where.values, _MAX_COUNTED),
        )
        return {row[0]: row[1] for row in rows}

    def hits(
        self, within: Narrowing, order: Order, limit: int, after: After | None, *, many: bool
    ) -> list[Hit]:
        """The first ones of an order; by arrival along the table itself."""
        if order.column == "number":
            return self._by_arrival(within, order, limit, after)
        read = merged if many and order.is_indexed else gathered

        def find(part: Condition, most: int) -> list[Hit]:
            return read(self._connection, within.shelves, order, within.folder + part, most)

        return in_order(find, order, after, limit)

    def _by_arrival(
        self, within: Narrowing, order: Order, limit: int, after: After | None
    ) -> list[Hit]:
        sign, direction = ("<", " DESC") if order.descending else (">", "")
        later = Condition(f" AND number {sign} ?", (after.value,)) if after else Condition()
        where = _where(within) + later
        statement = (
            "SELECT number, id, number FROM files NOT INDEXED"  # noqa: S608 - our words
            f" WHERE true{where.sql} ORDER BY number{direction} LIMIT ?"
        )
        return hits_of(self._connection, statement, (*where.values, limit), order)


def _where(within: Narrowing) -> Condition:
    return within.folder if within.on_all else shelf_condition(within.shelves) + within.folder
