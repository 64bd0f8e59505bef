"""How many files a filter selects, with bounded work."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import run
from apollonia.adapters.library.keyset import found_by
from apollonia.adapters.library.selection import Condition, ShelfRow, shelf_condition
from apollonia.domain.paging import TOTAL_CAP, FileFilter
from apollonia.ports.library import Stats

_MAX_COUNTED = 100_000


def count_by_shelf(
    connection: Connection,
    shelves: Sequence[ShelfRow],
    where: Condition,
    *,
    at_most: int = _MAX_COUNTED,
) -> Mapping[int, int]:
    """Files per shelf: kept counts without a condition, else counted in the index."""
    if not where:
        return {shelf.number: shelf.files for shelf in shelves}
    if not shelves:
        return {}
    on_shelf = shelf_condition(shelves)
    statement = (
        f"SELECT shelf, count(*) FROM (SELECT shelf FROM {found_by(connection, where)}"  # noqa: S608 - our words
        f" WHERE true{on_shelf.sql}{where.sql} LIMIT ?) AS part GROUP BY shelf"
    )
    rows = run(connection, statement, (*on_shelf.values, *where.values, at_most))
    return {row[0]: row[1] for row in rows}


def capped(count: int) -> int | None:
    """The total as pages tell it: ``None`` beyond the cap."""
    return count if count <= TOTAL_CAP else None


def facets_of(
    shelves: Iterable[ShelfRow], counts: Mapping[int, int], where: FileFilter
) -> Mapping[str, Mapping[str, int]]:
    """Counts per kind and per format; each ignores its own part of the filter."""
    kinds: Counter[str] = Counter()
    formats: Counter[str] = Counter()
    for shelf in shelves:
        count = counts.get(shelf.number, 0)
        if count and (not where.formats or shelf.format in where.formats):
            kinds[shelf.kind] += count
        if count and shelf.format and (not where.kinds or shelf.kind in where.kinds):
            formats[shelf.format] += count
    return {"kind": dict(kinds), "format": dict(formats)}


def stats_of(shelves: Iterable[ShelfRow], dead_letters: int) -> Stats:
    """Counts over everything that is not trashed, sums over what is present."""
    by: dict[str, Counter[str]] = {
        name: Counter() for name in ("kind", "format", "status", "availability")
    }
    size = duration_ms = 0
    for shelf in shelves:
        if shelf.availability == "trashed":
            continue
        for name, counter in by.items():
            counter[getattr(shelf, name)] += shelf.files
        if shelf.availability == "present":
            size += shelf.size
            duration_ms += shelf.duration_ms
    by["format"].pop("", None)
    return Stats(
        files=by["kind"].total(),
        by_kind=dict(by["kind"]),
        by_format=dict(by["format"]),
        by_status=dict(by["status"]),
        by_availability=dict(by["availability"]),
        total_size=size,
        total_duration_ms=duration_ms,
        dead_letters=dead_letters,
    )
