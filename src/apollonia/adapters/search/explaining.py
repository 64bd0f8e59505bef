"""How a query is answered, in words for people who wonder why it takes so long."""

from collections.abc import Iterator, Sequence

from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import run
from apollonia.adapters.search.matching import matches_for
from apollonia.adapters.search.plan import Plan
from apollonia.domain.paging import Sort
from apollonia.domain.query import Term, show

_EXPLAIN = {"postgresql": "EXPLAIN", "sqlite": "EXPLAIN QUERY PLAN"}


def explained(connection: Connection, plan: Plan, asked: Term | None, sort: Sort) -> Sequence[str]:
    """One thing in each line; nothing is read."""
    return list(_lines(connection, plan, asked, sort))


def _lines(connection: Connection, plan: Plan, asked: Term | None, sort: Sort) -> Iterator[str]:
    within = plan.within
    yield f"query: {show(asked) or '(everything)'}"
    yield f"sort: {sort.key.value}{' descending' if sort.descending else ''}"
    files = sum(shelf.files for shelf in within.shelves)
    yield f"shelves: {len(within.shelves)} with {files} files"
    if plan.text is not None:
        yield f"words: {plan.text.find}"
    if plan.listed is not None:
        yield f"term: {plan.listed.text} {list(plan.listed.values)}"
    if within.folder:
        yield f"rows: {within.folder.sql.removeprefix(' AND ')} {list(within.folder.values)}"
    if not within.shelves or plan.is_whole_list:
        yield "read along the index of the sort, no further than the page"
        return
    source = matches_for(connection, plan).source(within)
    statement = f"{_EXPLAIN[connection.dialect.name]} SELECT number FROM {source.sql}"  # noqa: S608 - our words
    for row in run(connection, statement, source.values):
        yield f"database: {row[-1]}"
