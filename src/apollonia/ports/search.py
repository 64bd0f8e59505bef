"""Search: the query language over all files, with what helps to ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from apollonia.domain.paging import After, FileFilter, Page, Sort, SortKey
from apollonia.domain.place import Place


@dataclass(frozen=True, slots=True)
class Correction:
    """A word that no file has, and the one that was looked for instead."""

    typed: str
    used: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Page[Place]):
    """A page of files.

    ``order``: what it is really sorted by. Up to ``TOTAL_CAP`` matches that is what was asked for;
    beyond it relevance, and sorts that no index has, become the date of adding.

    ``corrections``: nothing matched as typed, so this was looked for; ``query`` says all of it.
    """

    order: SortKey = SortKey.ADDED
    corrections: tuple[Correction, ...] = ()
    query: str | None = None


@dataclass(frozen=True, slots=True)
class FacetValue:
    """How many of the files have this value; ``query``: what narrows to them."""

    value: str
    count: int
    query: str


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """Counts by field, the most frequent first; not ``exact``: among the ``counted`` first only."""

    fields: Mapping[str, Sequence[FacetValue]]
    counted: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What may be meant by what is being typed: ``text`` goes in place of it.

    ``count``: files that have it, about; ``None`` where it is not counted.
    """

    kind: Literal["field", "value", "word"]
    text: str
    shown: str
    count: int | None = None
    help: str = ""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """For the part of the query from ``start`` to ``end``, in characters."""

    start: int
    end: int
    items: tuple[Suggestion, ...] = ()


class Search(Protocol):
    """The query language (``domain.query``) over the catalog.

    Accents, case and apostrophes of text are ignored. ``where.text`` is plain words, which all
    must match, each as a word's beginning: whatever stands there is text and never an error.
    ``where.query`` is a tree of the language. Raises ``CatalogUnavailableError``.
    """

    async def search(
        self, where: FileFilter, sort: Sort, *, limit: int, after: After | None = None
    ) -> Found:
        """A page of the files that match the filter with its text and query.

        Words that no file has are taken for typing errors where nothing else matches, too: then
        the page is that of the corrected query, and says so.
        """
        ...

    async def facet_counts(self, where: FileFilter, *, limit: int = 12) -> FacetCounts:
        """How many of the matching files have which values; exact up to ``TOTAL_CAP`` files."""
        ...

    async def suggest(self, query: str, position: int, *, limit: int = 10) -> Suggestions:
        """How the query may go on where the cursor stands."""
        ...

    async def explain(self, where: FileFilter, sort: Sort) -> Sequence[str]:
        """How the database finds a page, for people who wonder: its own words, line by line."""
        ...
