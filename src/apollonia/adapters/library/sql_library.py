"""The read side of the catalog on an SQL database."""

import os
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.folding import clean
from apollonia.adapters.catalog.stored_places import (
    read_graph_files,
    read_graph_versions,
    read_places,
)
from apollonia.adapters.database.bulk import run
from apollonia.adapters.database.store import Reads
from apollonia.adapters.library.counting import capped, count_by_shelf, facets_of, stats_of
from apollonia.adapters.library.keyset import Hit, Order, gathered, in_order, merged, order_of
from apollonia.adapters.library.matches import matches_of, typed_words
from apollonia.adapters.library.relations import neighbors_of
from apollonia.adapters.library.selection import (
    Condition,
    ShelfRow,
    matching,
    read_shelves,
    row_condition,
    without_kind_and_format,
)
from apollonia.domain.paging import TOTAL_CAP, After, FileFilter, Page, Sort
from apollonia.domain.paths import path_key
from apollonia.domain.place import Place
from apollonia.errors import InvalidError
from apollonia.ports.graph import GraphFile
from apollonia.ports.library import EventFact, NeighborFact, Stats

_LETTERS = "SELECT count(*) FROM dead_letters WHERE state IN ('dead', 'requested')"
_IDS = "SELECT id FROM files WHERE id > ? ORDER BY id LIMIT ?"
_EVENTS = (
    "SELECT event_id, event_type, timestamp, origin, body FROM file_events"
    " WHERE place_id = ? ORDER BY timestamp DESC, event_id DESC LIMIT ?"
)


_ROOT_SUMMARY = (
    "SELECT count(*) FILTER (WHERE s.availability = 'present'), max(f.version_timestamp)"
    " FROM shelves s JOIN files f ON f.shelf = s.number WHERE s.root = ?"
)
_NEWEST_LEFT = "SELECT max(timestamp) FROM file_tombstones WHERE path > ? AND path < ?"


class SqlLibrary:
    """``Library`` of ``ports/library.py``; the database is opened and closed by whoever made it.

    Files without artist, album or duration come last whatever the direction; untitled ones sort
    by their name. Paths sort by their first 512 bytes, texts by their first 512 characters.
    """

    def __init__(self, database: Reads) -> None:
        self._database = database

    async def page(
        self, where: FileFilter, sort: Sort, *, limit: int, after: After | None = None
    ) -> Page[Place]:
        """Files in order, without their neighbours."""
        if where.text is not None or where.query is not None:
            raise InvalidError("a list of files takes no words: search for them")
        order = order_of(sort)
        return await self._database.read(lambda at: _page(at, where, order, limit, after))

    async def place(self, place_id: str) -> Place | None:
        """One file by id."""
        found = await self._database.read(lambda at: read_places(at, "id", (place_id,)))
        return next(iter(found.values()), None)

    async def graph_files(self, ids: Sequence[str]) -> Sequence[GraphFile]:
        """Many files at once, without what the graph does not keep."""
        return await self._database.read(lambda at: read_graph_files(at, ids))

    async def graph_versions(self, ids: Sequence[str]) -> Mapping[str, str]:
        """The versions of these files."""
        return await self._database.read(lambda at: read_graph_versions(at, ids))

    async def ids(self, after: str, limit: int) -> Sequence[str]:
        """Ids greater than ``after``, in order."""
        rows = await self._database.read(lambda at: run(at, _IDS, (after, limit)))
        return [row[0] for row in rows]

    async def places_at(self, paths: Collection[bytes]) -> Mapping[bytes, Place]:
        """The places at these paths."""
        keys = [path_key(path) for path in paths]
        found = await self._database.read(
            lambda at: read_places(at, "path_key", keys, neighbors=False)
        )
        return {place.path: place for place in found.values()}

    async def root_summary(self, root: str) -> tuple[int, str | None]:
        """Present files, and the newest event's timestamp."""

        def summary(at: Connection) -> tuple[int, str | None]:
            present, newest = run(at, _ROOT_SUMMARY, (clean(root),))[0]
            below = os.fsencode(root).rstrip(b"/")
            left = run(at, _NEWEST_LEFT, (below + b"/", below + b"0"))[0][0]  # also if purged
            return int(present or 0), max(filter(None, (newest, left)), default=None)

        return await self._database.read(summary)

    async def neighbors(self, place_id: str) -> Sequence[NeighborFact]:
        """Both ends: what this file names, and what names it; at most 256."""

        def facts(at: Connection) -> Sequence[NeighborFact]:
            for place in read_places(at, "id", (place_id,)).values():
                return neighbors_of(at, place)
            return ()

        return await self._database.read(facts)

    async def events(self, place_id: str, limit: int) -> Sequence[EventFact]:
        """The file's history, newest first."""

        def facts(at: Connection) -> Sequence[EventFact]:
            rows = run(at, _EVENTS, (place_id, limit))
            return tuple(EventFact(row[0], row[1], row[2], row[3], _body(row[4])) for row in rows)

        return await self._database.read(facts)

    async def facets(self, where: FileFilter) -> Mapping[str, Mapping[str, int]]:
        """Counts by kind and format; with a folder or words exact for the first 100,000 files."""
        return await self._database.read(lambda at: _facets(at, where))

    async def stats(self) -> Stats:
        """Counts, from what the shelves keep."""

        def stats(at: Connection) -> Stats:
            letters = run(at, _LETTERS)
            return stats_of(read_shelves(at), letters[0][0])

        return await self._database.read(stats)


def page_of(
    connection: Connection, order: Order, hits: Sequence[Hit], limit: int, total: int | None
) -> Page[Place]:
    """The page of these hits; one more than ``limit`` says that there is another page."""
    shown = hits[:limit]
    found = read_places(connection, "number", (hit.number for hit in shown), neighbors=False)
    more = order.to_after(shown[-1]) if len(hits) > limit and shown else None
    return Page(tuple(found[hit.number] for hit in shown), more, total)


def _page(
    connection: Connection, where: FileFilter, order: Order, limit: int, after: After | None
) -> Page[Place]:
    shelves = matching(read_shelves(connection), where)
    return list_page(connection, shelves, row_condition(where), order, limit, after)


def list_page(
    connection: Connection,
    shelves: Sequence[ShelfRow],
    where: Condition,
    order: Order,
    limit: int,
    after: After | None,
) -> Page[Place]:
    """A page of the files of these shelves that meet the condition."""
    if not shelves:
        return Page((), None, 0)
    counts = count_by_shelf(connection, shelves, where, at_most=TOTAL_CAP + 1)
    total = sum(counts.values())
    is_small = total <= TOTAL_CAP and (bool(where) or not order.is_indexed)
    read = gathered if is_small else merged

    def find(part: Condition, most: int) -> list[Hit]:
        return read(connection, shelves, order, where + part, most)

    hits = in_order(find, order, after, limit + 1)
    return page_of(connection, order, hits, limit, capped(total))


def _facets(connection: Connection, where: FileFilter) -> Mapping[str, Mapping[str, int]]:
    shelves = matching(read_shelves(connection), without_kind_and_format(where))
    folder, words = row_condition(where), typed_words(where.text)
    if words:
        counts = matches_of(connection, words).by_shelf(shelves, folder)
    else:
        counts = count_by_shelf(connection, shelves, folder)
    return facets_of(shelves, counts, where)


def _body(body: bytes) -> Mapping[str, Any]:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}
