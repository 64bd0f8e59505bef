"""Full-text search on an SQL database."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.engine import Connection

from apollonia.adapters.database.store import Reads
from apollonia.adapters.library.counting import capped
from apollonia.adapters.library.keyset import Order, order_of
from apollonia.adapters.library.matches import matches_of, typed_words
from apollonia.adapters.library.selection import narrowing
from apollonia.adapters.library.sql_library import SqlLibrary, page_of
from apollonia.domain.paging import TOTAL_CAP, After, FileFilter, Page, Sort, SortKey
from apollonia.domain.place import Place
from apollonia.errors import InvalidError

_BY_ARRIVAL = frozenset({SortKey.RELEVANCE, SortKey.ADDED})


class SqlSearch:
    """``Search`` of ``ports/search.py``; the database is opened and closed by whoever made it.

    Up to 10,000 matches every sort is exact. Beyond that relevance tells little and costs much:
    relevance and time of adding become the order of arrival, which needs no sorting.
    A text without any word does not narrow the list.
    """

    def __init__(self, database: Reads) -> None:
        self._database = database
        self._library = SqlLibrary(database)

    async def search(
        self, where: FileFilter, sort: Sort, *, limit: int, after: After | None = None
    ) -> Page[Place]:
        """A page of the files that match ``where.text`` and the rest of the filter."""
        words = typed_words(where.text)
        if words:
            return await self._database.read(lambda at: _page(at, words, where, sort, limit, after))
        if sort.key is SortKey.RELEVANCE:
            sort = Sort(SortKey.ADDED, sort.descending)
        where = replace(where, text=None)
        return await self._library.page(where, sort, limit=limit, after=after)


def _page(
    connection: Connection,
    words: Sequence[str],
    where: FileFilter,
    sort: Sort,
    limit: int,
    after: After | None,
) -> Page[Place]:
    within = narrowing(connection, where)
    if not within.shelves:
        return Page((), None, 0)
    matches = matches_of(connection, words)
    count = matches.count(within, at_most=TOTAL_CAP + 1)
    order = _order(sort, count, after)
    hits = matches.hits(within, order, limit + 1, after, many=count > TOTAL_CAP)
    return page_of(connection, order, hits, limit, capped(count))


def _order(sort: Sort, count: int, after: After | None) -> Order:
    """A list that began in one order goes on in it, whatever was added meanwhile."""
    if sort.key in _BY_ARRIVAL:
        by_arrival = count > TOTAL_CAP if after is None else isinstance(after.value, int)
        if by_arrival:
            return Order("number", sort.descending)
    if sort.key is not SortKey.RELEVANCE:
        return order_of(sort)
    if after is not None and not isinstance(after.value, float):
        raise InvalidError("the cursor belongs to another sort: start from the first page")
    return Order("score", sort.descending)
