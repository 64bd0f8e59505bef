"""Keyset pages: how a list is narrowed and sorted, and where the next page starts."""

from dataclasses import dataclass, field
from enum import StrEnum

from apollonia.domain.query.tree import Term


class SortKey(StrEnum):
    """What a list of files can be sorted by; ``relevance`` only with a text query."""

    ADDED = "added"
    PATH = "path"
    TITLE = "title"
    ARTIST = "artist"
    ALBUM = "album"
    DURATION = "duration"
    SIZE = "size"
    MODIFIED = "modified"
    YEAR = "year"
    TRACK = "track"
    BITRATE = "bitrate"
    TEMPO = "tempo"
    LOUDNESS = "loudness"
    ENERGY = "energy"
    QUALITY = "quality"
    RELEVANCE = "relevance"


INDEXED_SORTS = frozenset(
    {
        SortKey.ADDED,
        SortKey.PATH,
        SortKey.TITLE,
        SortKey.ARTIST,
        SortKey.ALBUM,
        SortKey.DURATION,
        SortKey.SIZE,
        SortKey.MODIFIED,
    }
)
"""Exact at any size; the others up to ``TOTAL_CAP`` files."""


@dataclass(frozen=True, slots=True)
class Sort:
    """A key and its direction; ties are broken by id, in the same direction."""

    key: SortKey = SortKey.ADDED
    descending: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFilter:
    """What a list of files is narrowed to; empty tuples mean "any".

    ``text`` is words and nothing else; ``query`` is what the query language says.
    """

    kinds: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    availabilities: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    analyses: tuple[str, ...] = ()
    root: str | None = None
    folder: bytes | None = None
    recursive: bool = True
    text: str | None = None
    query: Term | None = None


@dataclass(frozen=True, slots=True)
class After:
    """The sort value and id of the last item of the page before."""

    value: str | int | float
    id: str


@dataclass(frozen=True, slots=True)
class Page[T]:
    """Some items, where the next page starts (``None``: this was the last), and how many there are.

    ``total`` is exact up to ``TOTAL_CAP``, ``None`` beyond it.
    """

    items: tuple[T, ...]
    next: After | None
    total: int | None = field(default=None)


TOTAL_CAP = 10_000
