"""The query language on an SQL database."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection

from apollonia.adapters.database.store import Reads
from apollonia.adapters.library.counting import capped
from apollonia.adapters.library.keyset import Order, order_of
from apollonia.adapters.library.matches import typed_words
from apollonia.adapters.library.selection import Condition
from apollonia.adapters.library.sql_library import list_page, page_of
from apollonia.adapters.search.correcting import corrected
from apollonia.adapters.search.explaining import explained
from apollonia.adapters.search.facets import facet_counts
from apollonia.adapters.search.matching import matches_for
from apollonia.adapters.search.plan import Plan, plan_of
from apollonia.adapters.search.suggesting import suggested
from apollonia.domain.paging import TOTAL_CAP, After, FileFilter, Sort, SortKey
from apollonia.domain.query import Term, show
from apollonia.domain.query.tree import Text, all_of
from apollonia.errors import InvalidError
from apollonia.ports.search import FacetCounts, Found, Suggestions

_BY_ARRIVAL = frozenset({SortKey.RELEVANCE, SortKey.ADDED})


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked, and when."""

    where: FileFilter
    asked: Term | None
    now: int
    is_corrected: bool = False

    def meaning(self, asked: Term) -> "_Question":
        """The same with other words."""
        return _Question(self.where, asked, self.now, is_corrected=True)

    def plan(self, connection: Connection) -> Plan:
        return plan_of(connection, self.where, self.asked, self.now)


def _now() -> int:
    return time.time_ns() // 1_000


_ARRIVAL = "#"  # marks the cursors of lists that are by arrival in place of something else


class SqlSearch:
    """``Search`` of ``ports/search.py``; the database is opened and closed by whoever made it.

    Up to 10,000 matches every sort is exact. Beyond that relevance tells little and costs much, and
    so do sorts that no index has: they become the order of arrival, which needs no sorting.
    A text without any word does not narrow the list.
    """

    def __init__(self, database: Reads, now: Callable[[], int] = _now) -> None:
        """``now``: µs since 1970, which ages are counted from."""
        self._database = database
        self._now = now

    async def search(
        self, where: FileFilter, sort: Sort, *, limit: int, after: After | None = None
    ) -> Found:
        """A page of the files that match."""
        question = self._question(where)
        return await self._database.read(lambda at: _search(at, question, sort, limit, after))

    async def facet_counts(self, where: FileFilter, *, limit: int = 12) -> FacetCounts:
        """Counts by field among the first 10,000 matches."""
        question = self._question(where)

        def count(at: Connection) -> FacetCounts:
            plan = question.plan(at)
            if not plan.within.shelves:
                return FacetCounts({}, 0, exact=True)
            return facet_counts(at, plan, matches_for(at, plan).source(plan.within), limit)

        return await self._database.read(count)

    async def suggest(self, query: str, position: int, *, limit: int = 10) -> Suggestions:
        """How the query may go on."""
        return await self._database.read(lambda at: suggested(at, query, position, limit))

    async def explain(self, where: FileFilter, sort: Sort) -> Sequence[str]:
        """The plan, and the database's own words for how it reads the matches."""
        question = self._question(where)
        return await self._database.read(
            lambda at: explained(at, question.plan(at), question.asked, sort)
        )

    def _question(self, where: FileFilter) -> _Question:
        return _Question(where, _asked(where), self._now())


def _asked(where: FileFilter) -> Term | None:
    """The filter's plain words and its query, together."""
    words = [Text(word) for word in typed_words(where.text)]
    terms = [*words, *([where.query] if where.query is not None else [])]
    return all_of(*terms) if terms else None


def _search(
    connection: Connection, question: _Question, sort: Sort, limit: int, after: After | None
) -> Found:
    plan = question.plan(connection)
    if not plan.within.shelves:
        return Found((), None, 0, order=sort.key)
    if plan.is_whole_list:
        return _whole(connection, plan, sort, limit, after)
    matches = matches_for(connection, plan)
    count = matches.count(plan.within, at_most=TOTAL_CAP + 1)
    if not count and question.asked is not None:
        return _corrected(connection, question, sort, limit, after)
    order, key = _order(plan, sort, count, after)
    is_stand_in = order.column == "number" and sort.key not in _BY_ARRIVAL
    if is_stand_in and after is not None:
        after = After(int(str(after.value).removeprefix(_ARRIVAL)), after.id)
    hits = matches.hits(plan.within, order, limit + 1, after, many=count > TOTAL_CAP)
    page = page_of(connection, order, hits, limit, capped(count))
    following = page.next
    if is_stand_in and following is not None:
        following = After(f"{_ARRIVAL}{following.value}", following.id)
    return Found(page.items, following, page.total, order=key)


def _corrected(
    connection: Connection, question: _Question, sort: Sort, limit: int, after: After | None
) -> Found:
    """The page of what was probably meant; an empty one where nothing is like it."""
    assert question.asked is not None
    nothing = Found((), None, 0, order=sort.key)
    if question.is_corrected:
        return nothing

    def finds(term: Term) -> bool:
        plan = question.meaning(term).plan(connection)
        return matches_for(connection, plan).count(plan.within, at_most=1) > 0

    meant = corrected(connection, question.asked, finds)
    if meant is None:
        return nothing
    term, corrections = meant
    found = _search(connection, question.meaning(term), sort, limit, after)
    return replace(found, corrections=corrections, query=show(term))


def _whole(
    connection: Connection, plan: Plan, sort: Sort, limit: int, after: After | None
) -> Found:
    key = SortKey.ADDED if sort.key is SortKey.RELEVANCE else sort.key
    order = order_of(replace(sort, key=key))
    shelves = plan.within.shelves
    if not order.is_indexed and sum(shelf.files for shelf in shelves) > TOTAL_CAP:
        key, order = SortKey.ADDED, order_of(replace(sort, key=SortKey.ADDED))
    page = list_page(connection, shelves, Condition(), order, limit, after)
    return Found(page.items, page.next, page.total, order=key)


def _order(plan: Plan, sort: Sort, count: int, after: After | None) -> tuple[Order, SortKey]:
    """A list that began in one order goes on in it, whatever was added meanwhile."""
    if sort.key is SortKey.RELEVANCE and plan.text is None:
        sort = Sort(SortKey.ADDED, sort.descending)
    key = sort.key
    order = None if key is SortKey.RELEVANCE else order_of(sort)
    if key in _BY_ARRIVAL or (order is not None and not order.is_indexed):
        by_arrival = count > TOTAL_CAP if after is None else _is_arrival(after, key)
        if by_arrival and (plan.text is not None or key is not SortKey.ADDED):
            return Order("number", sort.descending), SortKey.ADDED
    if order is not None:
        return order, key
    if after is not None and not isinstance(after.value, float):
        raise InvalidError("the cursor belongs to another sort: start from the first page")
    return Order("score", sort.descending), key


def _is_arrival(after: After, key: SortKey) -> bool:
    if key in _BY_ARRIVAL:
        return isinstance(after.value, int)
    return isinstance(after.value, str) and after.value[:1] == _ARRIVAL
