"""The files that match words, by SQLite's FTS5."""

from collections.abc import Mapping, Sequence

from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import run
from apollonia.adapters.library.expressions import Expression, Listed
from apollonia.adapters.library.keyset import Hit, Order, hits_of, in_order
from apollonia.adapters.library.selection import (
    Condition,
    Narrowing,
    ShelfRow,
    shelf_condition,
)
from apollonia.domain.paging import After

_MAX_COUNTED = 100_000

# title, artist, album, album artist, composer, genre, words of the path
_SCORE = "-bm25(files_fts, 10.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0)"


class Fts5Matches:
    """``Matches`` of ``matches.py``. FTS5 splits quoted words exactly as it split the texts."""

    def __init__(self, connection: Connection, found_by: Expression | Listed) -> None:
        self._connection = connection
        self._listed = found_by if isinstance(found_by, Listed) else None
        self._values = found_by.values if isinstance(found_by, Listed) else (found_by.find,)

    def count(self, within: Narrowing, *, at_most: int) -> int:
        """How many files; counts no further than ``at_most``."""
        where = within.condition
        words_alone = not where and self._listed is None
        found = "files_fts WHERE files_fts MATCH ?" if words_alone else self._source(where)
        rows = run(
            self._connection,
            f"SELECT count(*) FROM (SELECT 1 FROM {found} LIMIT ?)",  # noqa: S608 - our words
            (*self._values, *where.values, at_most),
        )
        return int(rows[0][0])

    def source(self, within: Narrowing) -> Condition:
        """``FROM`` and what follows it for all of the files."""
        where = within.condition
        return Condition(self._source(where), (*self._values, *where.values))

    def by_shelf(self, shelves: Sequence[ShelfRow], folder: Condition) -> Mapping[int, int]:
        """How many of them stand on each of the shelves, among the newest 100,000."""
        if not shelves:
            return {}
        where = shelf_condition(shelves) + folder
        rows = run(
            self._connection,
            "SELECT shelf, count(*) FROM (SELECT shelf FROM"  # noqa: S608 - our words
            f" {self._source(where)} ORDER BY hit DESC LIMIT ?) GROUP BY shelf",
            (*self._values, *where.values, _MAX_COUNTED),
        )
        return {row[0]: row[1] for row in rows}

    def hits(
        self,
        within: Narrowing,
        order: Order,
        limit: int,
        after: After | None,
        *,
        many: bool,  # noqa: ARG002 - sorting them all is the only way here
    ) -> list[Hit]:
        """The first ones of an order."""
        where = within.condition
        if order.column == "score":
            return self._ranked(where, order, limit, after)
        if order.column == "number":
            sign, direction = ("<", " DESC") if order.descending else (">", "")
            later = Condition(f" AND hit {sign} ?", (after.value,)) if after else Condition()
            return self._sorted(where + later, order, f" ORDER BY hit{direction}", limit)
        return in_order(
            lambda part, most: self._sorted(where + part, order, order.clause, most),
            order,
            after,
            limit,
        )

    def _sorted(self, where: Condition, order: Order, clause: str, limit: int) -> list[Hit]:
        statement = (
            f"SELECT {order.selected}, id, number"  # noqa: S608 - our words
            f" FROM {self._source(where)}{clause} LIMIT ?"
        )
        values = (*self._values, *where.values, limit)
        return hits_of(self._connection, statement, values, order)

    def _ranked(self, where: Condition, order: Order, limit: int, after: After | None) -> list[Hit]:
        """By score, then id. Scores follow from the whole catalog: the last item's is taken anew.

        Not packed: that would round them.
        """
        sign = "<" if order.descending else ">"
        ranked = f"SELECT score, id, number FROM {self._source(where, _SCORE)}"  # noqa: S608 - our words
        values: tuple[object, ...] = (*self._values, *where.values)
        later = ""
        if after is not None:
            anchor = f"(SELECT score FROM {self._source(Condition(' AND id = ?'), _SCORE)})"  # noqa: S608 - our words
            later = f" WHERE (score, id) {sign} (coalesce({anchor}, ?), ?)"
            values += (*self._values, after.id, after.value, after.id)
        rows = run(
            self._connection,
            f"SELECT score, id, number FROM ({ranked}){later}{order.clause} LIMIT ?",  # noqa: S608 - our words
            (*values, limit),
        )
        return [Hit(*row) for row in rows]

    def _source(self, where: Condition, score: str = "NULL") -> str:
        """``FROM`` and ``WHERE`` of the matching files; what finds them first, then the rest."""
        if self._listed is not None:
            hits = f"SELECT DISTINCT file AS hit, NULL AS score FROM file_terms WHERE {self._listed.sql}"  # noqa: S608, E501 - our words
        else:
            hits = f"SELECT rowid AS hit, {score} AS score FROM files_fts WHERE files_fts MATCH ?"  # noqa: S608 - our words
        return f"({hits}) CROSS JOIN files ON files.number = hit WHERE 1{where.sql}"
