"""The files that match words, by PostgreSQL's full-text index on ``files.search``."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import AnyRow, run
from apollonia.adapters.library.expressions import Expression, Listed
from apollonia.adapters.library.keyset import Hit, Order, in_order, merge_statement
from apollonia.adapters.library.selection import (
    Condition,
    Narrowing,
    ShelfRow,
    shelf_condition,
)
from apollonia.domain.paging import After

_MAX_COUNTED = 100_000
_WINDOW = 20_000
_MATCHES = " AND search @@ CAST(? AS tsquery)"
# Path, the rest, artist, title; divided by the logarithm of how many words there are.
_SCORE = "ts_rank('{0.1, 0.4, 0.6, 1.0}', search, CAST(? AS tsquery), 1)::float8"
_SETTINGS = (
    # A plan made for any words suits neither the rarest nor the commonest.
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true),"
    " set_config('work_mem', '32MB', true)"
)


class VectorMatches:
    """``Matches`` of ``matches.py``.

    What is found by the index is found wholly before it is sorted: the planner, which takes
    matches for evenly spread, would else read the whole table in the list's order when they are
    not. A word so common that this is much work is first looked for in the next 20,000 files of
    the order, which mostly have a page of it.
    """

    def __init__(self, connection: Connection, found_by: Expression | Listed | None) -> None:
        self._connection = connection
        self._driver, self._rank = Condition(), ""
        if isinstance(found_by, Expression):
            self._driver, self._rank = Condition(_MATCHES, (found_by.find,)), found_by.rank
        elif found_by is not None:
            listed = f"SELECT file FROM file_terms WHERE {found_by.sql}"  # noqa: S608 - our words
            self._driver = Condition(f" AND number = ANY(ARRAY({listed}))", found_by.values)
        run(connection, _SETTINGS)

    def count(self, within: Narrowing, *, at_most: int) -> int:
        """How many files; counts no further than ``at_most``."""
        where = self._matching(within.condition)
        rows = run(
            self._connection,
            f"{_found('1', where)} SELECT count(*)"  # noqa: S608 - our words
            " FROM (SELECT 1 FROM found LIMIT ?) AS counted",
            (*where.values, at_most),
        )
        return int(rows[0][0])

    def source(self, within: Narrowing) -> Condition:
        """``FROM`` and what follows it for all of the files."""
        where = self._matching(within.condition)
        return Condition(f"files WHERE true{where.sql}", where.values)

    def by_shelf(self, shelves: Sequence[ShelfRow], folder: Condition) -> Mapping[int, int]:
        """How many of them stand on each of the shelves, among 100,000 of them."""
        if not shelves:
            return {}
        where = self._matching(shelf_condition(shelves) + folder)
        rows = run(
            self._connection,
            f"{_found('shelf', where)} SELECT shelf, count(*)"  # noqa: S608 - our words
            " FROM (SELECT shelf FROM found LIMIT ?) AS part GROUP BY shelf",
            (*where.values, _MAX_COUNTED),
        )
        return {row[0]: row[1] for row in rows}

    def hits(
        self, within: Narrowing, order: Order, limit: int, after: After | None, *, many: bool
    ) -> list[Hit]:
        """The first ones of an order."""
        if order.column == "score":
            return self._ranked(within.condition, order, limit, after)
        if order.column == "number":
            return self._by_arrival(within.condition, order, limit, after)

        def find(part: Condition, most: int) -> list[Hit]:
            if many and order.is_indexed:
                hits = self._within_next(within, order, part, most)
                if len(hits) == most:
                    return hits
            return self._sorted(within.condition + part, order, most)

        return in_order(find, order, after, limit)

    def _ranked(self, where: Condition, order: Order, limit: int, after: After | None) -> list[Hit]:
        """By score, then id; the score of a file follows from the file alone."""
        found = self._matching(where)
        values: list[Any] = [self._rank, *found.values]
        later = ""
        if after is not None:
            later = f" WHERE (score, id) {'<' if order.descending else '>'} (?, ?)"
            values += (float(after.value), after.id)
        statement = (
            f"{_found(f'{_SCORE} AS score, id, number', found)}"  # noqa: S608 - our words
            f" SELECT score, id, number FROM found{later}{order.clause} LIMIT ?"
        )
        return _hits(run(self._connection, statement, (*values, limit)))

    def _by_arrival(
        self, where: Condition, order: Order, limit: int, after: After | None
    ) -> list[Hit]:
        sign, direction = ("<", " DESC") if order.descending else (">", "")
        later = Condition(f" AND number {sign} ?", (after.value,)) if after else Condition()
        clause = f" ORDER BY number{direction} LIMIT ?"
        next_files = f"SELECT * FROM files WHERE true{later.sql}{clause}"  # noqa: S608 - our words
        found = self._matching(where)
        statement = (
            f"SELECT number, id, number FROM ({next_files}) AS next"  # noqa: S608 - our words
            f" WHERE true{found.sql}{clause}"
        )
        values = (*later.values, _WINDOW, *found.values, limit)
        hits = _hits(run(self._connection, statement, values))
        return hits if len(hits) == limit else self._sorted(where + later, order, limit)

    def _within_next(
        self, within: Narrowing, order: Order, part: Condition, limit: int
    ) -> list[Hit]:
        """Those among the next 20,000 of the whole list."""
        branch = (
            f"(SELECT {order.column} AS sorted, id AS sorted_id, files.* FROM files"  # noqa: S608 - our words
            f" WHERE shelf = ?{part.sql}{order.clause} LIMIT ?)"
        )
        values = [value for it in within.shelves for value in (it.number, *part.values, _WINDOW)]
        next_files = merge_statement(branch, order, len(within.shelves))
        found = self._matching(within.folder)
        statement = (
            f"SELECT sorted, id, number FROM ({next_files}) AS next"  # noqa: S608 - our words
            f" WHERE true{found.sql}{order.clause} LIMIT ?"
        )
        values += (_WINDOW, *found.values, limit)
        return _hits(run(self._connection, statement, values))

    def _sorted(self, where: Condition, order: Order, limit: int) -> list[Hit]:
        found = self._matching(where)
        statement = (
            f"{_found(f'{order.selected}, id, number', found)}"  # noqa: S608 - our words
            f" SELECT {order.name}, id, number FROM found{order.clause} LIMIT ?"
        )
        return _hits(run(self._connection, statement, (*found.values, limit)))

    def _matching(self, where: Condition) -> Condition:
        return self._driver + where


def _found(columns: str, where: Condition) -> str:
    """All that match, planned as if all were read; what reads it may still stop early."""
    return f"WITH found AS MATERIALIZED (SELECT {columns} FROM files WHERE true{where.sql})"  # noqa: S608 - our words


def _hits(rows: Sequence[AnyRow]) -> list[Hit]:
    return [Hit(*row) for row in rows]
