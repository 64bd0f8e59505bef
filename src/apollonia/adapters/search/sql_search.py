"""Full-text search on SQLite's FTS5."""

from dataclasses import replace

from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import run
from apollonia.adapters.database.engine import Database
from apollonia.adapters.library.counting import capped
from apollonia.adapters.library.keyset import Hit, Order, hits_of, in_order, order_of
from apollonia.adapters.library.matches import count_matches, match_of, source
from apollonia.adapters.library.selection import (
    Condition,
    folder_condition,
    matching,
    read_shelves,
    shelf_condition,
)
from apollonia.adapters.library.sql_library import SqlLibrary, page_of
from apollonia.domain.paging import TOTAL_CAP, After, FileFilter, Page, Sort, SortKey
from apollonia.domain.place import Place

# title, artist, album, album artist, composer, genre, words of the path
_SCORE = "-bm25(files_fts, 10.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0)"
_BY_ARRIVAL = frozenset({SortKey.RELEVANCE, SortKey.ADDED})


class SqlSearch:
    """``Search`` of ``ports/search.py``; the database is opened and closed by whoever made it.

    Up to 10,000 matches every sort is exact. Beyond that relevance tells little and costs much:
    relevance and time of adding become the order of arrival, which needs no sorting.
    A text without any word does not narrow the list.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._library = SqlLibrary(database)

    async def search(
        self, where: FileFilter, sort: Sort, *, limit: int, after: After | None = None
    ) -> Page[Place]:
        """A page of the files that match ``where.text`` and the rest of the filter."""
        match = match_of(where.text)
        if match is None:
            if sort.key is SortKey.RELEVANCE:
                sort = Sort(SortKey.ADDED, sort.descending)
            return await self._library.page(
                replace(where, text=None), sort, limit=limit, after=after
            )

        def page(at: Connection) -> Page[Place]:
            narrowed = _narrowed(at, where)
            if narrowed is None:
                return Page((), None, 0)
            count = count_matches(at, match, narrowed, at_most=TOTAL_CAP + 1)
            order = _order(sort, count, after)
            hits = _hits(at, match, narrowed, order, limit + 1, after)
            return page_of(at, order, hits, limit, capped(count))

        return await self._database.read(page)


def _narrowed(connection: Connection, where: FileFilter) -> Condition | None:
    """The filter without its words; ``None`` when no file can match."""
    all_shelves = read_shelves(connection)
    shelves = matching(all_shelves, where)
    if not shelves:
        return None
    on_shelf = shelf_condition(shelves) if len(shelves) < len(all_shelves) else Condition()
    folder = folder_condition(where)
    return Condition(on_shelf.sql + folder.sql, on_shelf.values + folder.values)


def _order(sort: Sort, count: int, after: After | None) -> Order:
    """A list that began in one order goes on in it, whatever was added meanwhile."""
    if sort.key in _BY_ARRIVAL:
        by_arrival = count > TOTAL_CAP if after is None else isinstance(after.value, int)
        if by_arrival:
            return Order("number", sort.descending)
    if sort.key is SortKey.RELEVANCE:
        return Order("score", sort.descending)
    return order_of(sort)


def _hits(
    connection: Connection,
    match: str,
    where: Condition,
    order: Order,
    limit: int,
    after: After | None,
) -> list[Hit]:
    if order.column == "score":
        return _ranked(connection, match, where, order, limit, after)

    def find(part: Condition, clause: str, most: int) -> list[Hit]:
        condition = where + part
        statement = (
            f"SELECT {order.column}, id, number"  # noqa: S608 - our words
            f" FROM {source(condition)}{clause} LIMIT ?"
        )
        values = (match, *condition.values, most)
        return hits_of(connection, statement, values, order)

    if order.column == "number":
        sign, direction = ("<", " DESC") if order.descending else (">", "")
        later = Condition(f" AND hit {sign} ?", (after.value,)) if after else Condition()
        clause = f" ORDER BY hit{direction}"
        return find(later, clause, limit)
    return in_order(lambda part, most: find(part, order.clause, most), order, after, limit)


def _ranked(
    connection: Connection,
    match: str,
    where: Condition,
    order: Order,
    limit: int,
    after: After | None,
) -> list[Hit]:
    """By score, then id. Scores follow from the whole catalog: the last item's is taken anew.

    Not packed: that would round them.
    """
    sign = "<" if order.descending else ">"
    ranked = f"SELECT score, id, number FROM {source(where, _SCORE)}"  # noqa: S608 - our words
    values: tuple[object, ...] = (match, *where.values)
    later = ""
    if after is not None:
        anchor = f"(SELECT score FROM {source(Condition(' AND id = ?'), _SCORE)})"  # noqa: S608 - our words
        later = f" WHERE (score, id) {sign} (coalesce({anchor}, ?), ?)"
        values += (match, after.id, after.value, after.id)
    rows = run(
        connection,
        f"SELECT score, id, number FROM ({ranked}){later}{order.clause} LIMIT ?",  # noqa: S608 - our words
        (*values, limit),
    )
    return [Hit(*row) for row in rows]
