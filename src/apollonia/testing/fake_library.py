"""``FakeLibrary``: the read side and the search over a list in memory, by the plainest means."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from apollonia.domain.kinds import Availability
from apollonia.domain.paging import TOTAL_CAP, After, FileFilter, Page, Sort, SortKey
from apollonia.domain.paths import display, folder_of, is_inside
from apollonia.domain.place import Place
from apollonia.domain.query import Term, show
from apollonia.domain.query.tree import All, Is, Not, Some, Text
from apollonia.ports.graph import GraphFile
from apollonia.ports.library import EventFact, NeighborFact, Stats
from apollonia.ports.search import FacetCounts, FacetValue, Found, Suggestion, Suggestions

_VALUES: Mapping[SortKey, Callable[[Place], str | int]] = {
    SortKey.ADDED: lambda place: place.added_time,
    SortKey.PATH: lambda place: place.path.hex(),
    SortKey.TITLE: lambda place: _tag(place, "title"),
    SortKey.ARTIST: lambda place: _tag(place, "artist"),
    SortKey.ALBUM: lambda place: _tag(place, "album"),
    SortKey.DURATION: lambda place: int((place.media or {}).get("duration_ms") or 0),
    SortKey.SIZE: lambda place: place.size,
    SortKey.MODIFIED: lambda place: place.modified_time,
    SortKey.RELEVANCE: lambda place: _tag(place, "title"),
}


class FakeLibrary:
    """A ``Library`` and a ``Search``. ``error`` makes every call raise it."""

    def __init__(self, places: Sequence[Place] = ()) -> None:
        self.rows = {place.id: place for place in places}
        self.neighbor_facts: dict[str, Sequence[NeighborFact]] = {}
        self.event_facts: dict[str, Sequence[EventFact]] = {}
        self.error: Exception | None = None
        self.asked: list[FileFilter] = []

    def add(self, *places: Place) -> None:
        """Put more files in."""
        self.rows |= {place.id: place for place in places}

    async def page(
        self, where: FileFilter, sort: Sort, *, limit: int, after: After | None = None
    ) -> Page[Place]:
        """Files in order; as the contract says, never with a text."""
        assert where.text is None
        return self._page(where, sort, limit, after)

    async def places_at(self, paths: Collection[bytes]) -> Mapping[bytes, Place]:
        """The files at these paths."""
        return {place.path: place for place in self.rows.values() if place.path in paths}

    async def root_summary(self, root: str) -> tuple[int, str | None]:
        """Present files, and the newest event's timestamp."""
        places = [place for place in self.rows.values() if place.root == root]
        present = sum(place.availability is Availability.PRESENT for place in places)
        return present, max((place.version.timestamp for place in places), default=None)

    async def search(
        self, where: FileFilter, sort: Sort, *, limit: int, after: After | None = None
    ) -> Found:
        """Files whose path, title, artist or album has every word in it; ``kind:`` and groups."""
        page = self._page(where, sort, limit, after)
        return Found(page.items, page.next, page.total, order=sort.key)

    async def facet_counts(self, where: FileFilter, *, limit: int = 12) -> FacetCounts:
        """Kinds and formats."""
        fields = {
            name: [FacetValue(it, count, f"{name}:{it}") for it, count in values.items()][:limit]
            for name, values in (await self.facets(where)).items()
        }
        return FacetCounts(fields, len(self._matching(where)), exact=True)

    async def suggest(self, query: str, position: int, *, limit: int = 10) -> Suggestions:
        """Kinds that begin with what is typed."""
        typed = query[:position].rpartition(":")[2]
        kinds = [it for it in ("audio", "video") if it.startswith(typed)]
        items = tuple(Suggestion("value", f"kind:{it}", it) for it in kinds)
        return Suggestions(0, position, items[:limit])

    async def explain(self, where: FileFilter, sort: Sort) -> Sequence[str]:
        """Its query."""
        return [f"query: {show(where.query)}", f"sort: {sort.key.value}"]

    async def place(self, place_id: str) -> Place | None:
        """One file."""
        self._fail()
        return self.rows.get(place_id)

    async def graph_files(self, ids: Sequence[str]) -> Sequence[GraphFile]:
        """Many files."""
        self._fail()
        return [GraphFile.of(self.rows[one]) for one in ids if one in self.rows]

    async def graph_versions(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Their versions."""
        return {file.id: file.version for file in await self.graph_files(ids)}

    async def ids(self, after: str, limit: int) -> Sequence[str]:
        """Ids greater than ``after``."""
        self._fail()
        return sorted(one for one in self.rows if one > after)[:limit]

    async def neighbors(self, place_id: str) -> Sequence[NeighborFact]:
        """As they were put into ``neighbor_facts``."""
        self._fail()
        return self.neighbor_facts.get(place_id, ())

    async def events(self, place_id: str, limit: int) -> Sequence[EventFact]:
        """As they were put into ``event_facts``."""
        self._fail()
        return self.event_facts.get(place_id, ())[:limit]

    async def facets(self, where: FileFilter) -> Mapping[str, Mapping[str, int]]:
        """Counts, each without its own filter."""
        self._fail()
        self.asked.append(where)
        kinds = self._matching(replace(where, kinds=()))
        formats = self._matching(replace(where, formats=()))
        return {
            "kind": Counter(place.kind.value for place in kinds),
            "format": Counter(place.format for place in formats if place.format),
        }

    async def stats(self) -> Stats:
        """Counted anew each time."""
        self._fail()
        kept = [one for one in self.rows.values() if one.availability is not Availability.TRASHED]
        present = [one for one in kept if one.availability is Availability.PRESENT]
        return Stats(
            files=len(kept),
            by_kind=Counter(place.kind.value for place in kept),
            by_format=Counter(place.format for place in kept if place.format),
            by_status=Counter(place.status.value for place in kept),
            by_availability=Counter(place.availability.value for place in kept),
            total_size=sum(place.size for place in present),
            total_duration_ms=sum((one.media or {}).get("duration_ms") or 0 for one in present),
            dead_letters=0,
        )

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error

    def _page(self, where: FileFilter, sort: Sort, limit: int, after: After | None) -> Page[Place]:
        self._fail()
        self.asked.append(where)
        value = _VALUES.get(sort.key, _VALUES[SortKey.TITLE])
        found = sorted(
            self._matching(where),
            key=lambda place: (value(place), place.id),
            reverse=sort.descending,
        )
        total = len(found) if len(found) <= TOTAL_CAP else None
        if after is not None:
            found = [one for one in found if _is_after((value(one), one.id), after, sort)]
        items = tuple(found[:limit])
        more = len(found) > limit
        return Page(items, After(value(items[-1]), items[-1].id) if more else None, total)

    def _matching(self, where: FileFilter) -> list[Place]:
        return [place for place in self.rows.values() if _matches(place, where)]


def _tag(place: Place, name: str) -> str:
    tags = (place.media or {}).get("tags") or {}
    return str(tags.get(name) or "")


def _is_after(key: tuple[str | int, str], after: After, sort: Sort) -> bool:
    reference = (after.value, after.id)
    return key < reference if sort.descending else key > reference


def _matches(place: Place, where: FileFilter) -> bool:
    words = (where.text or "").casefold().split()
    text = " ".join(
        (display(place.path), *(_tag(place, name) for name in ("title", "artist", "album")))
    ).casefold()
    return (
        (not where.kinds or place.kind.value in where.kinds)
        and (not where.formats or place.format in where.formats)
        and (not where.availabilities or place.availability.value in where.availabilities)
        and (not where.statuses or place.status.value in where.statuses)
        and (not where.analyses or place.analysis.value in where.analyses)
        and (where.root is None or place.root == where.root)
        and _in_folder(place, where)
        and all(word in text for word in words)
        and (where.query is None or _answers(place, text, where.query))
    )


def _answers(place: Place, text: str, term: Term) -> bool:
    match term:
        case All():
            return all(_answers(place, text, it) for it in term.terms)
        case Some():
            return any(_answers(place, text, it) for it in term.terms)
        case Not():
            return not _answers(place, text, term.term)
        case Text():
            sought = _tag(place, term.field).casefold() if term.field else text
            return term.text.casefold() in sought
        case Is(field="kind"):
            return place.kind.value == term.value
        case _:
            raise NotImplementedError(show(term))


def _in_folder(place: Place, where: FileFilter) -> bool:
    if where.folder is None:
        return True
    if where.recursive:
        return is_inside(place.path, where.folder)
    return folder_of(place.path) == where.folder
