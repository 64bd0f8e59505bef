"""The read side of the catalog."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from apollonia.domain.neighbours import Role
from apollonia.domain.paging import After, FileFilter, Page, Sort
from apollonia.domain.place import Place
from apollonia.ports.graph import GraphFile


@dataclass(frozen=True, slots=True)
class NeighborFact:
    """A neighbour as a reader sees it: ``place`` is ``None`` while only its path is known."""

    path: bytes
    role: Role
    language: str | None
    forced: bool
    place: Place | None


@dataclass(frozen=True, slots=True)
class EventFact:
    """One line of a file's history."""

    event_id: str
    event_type: str
    timestamp: str
    origin: str | None
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts over everything that is not trashed; ``total_*`` over what is present.

    ``dead_letters``: those that wait for a person or for being sent back.
    """

    files: int
    by_kind: Mapping[str, int]
    by_format: Mapping[str, int]
    by_status: Mapping[str, int]
    by_availability: Mapping[str, int]
    total_size: int
    total_duration_ms: int
    dead_letters: int


class Library(Protocol):
    """Reads only. Raises ``CatalogUnavailableError`` when the database is away.

    MUST show every committed transaction wholly or not at all; MAY lag behind the write side.
    """

    async def page(
        self, where: FileFilter, sort: Sort, *, limit: int, after: After | None = None
    ) -> Page[Place]:
        """Files in order, without their neighbours; ``where.text`` MUST be ``None`` (see Search).

        Following ``next`` visits each file that stays unchanged meanwhile exactly once.
        """
        ...

    async def place(self, place_id: str) -> Place | None:
        """One file by id."""
        ...

    async def graph_files(self, ids: Sequence[str]) -> Sequence[GraphFile]:
        """What the graph keeps of these files; unknown ids are left out."""
        ...

    async def graph_versions(self, ids: Sequence[str]) -> Mapping[str, str]:
        """The versions of these files as ``graph_files`` has them; unknown ids are left out."""
        ...

    async def ids(self, after: str, limit: int) -> Sequence[str]:
        """The ids of files, present or not, greater than ``after``, in the order of their bytes."""
        ...

    async def places_at(self, paths: Collection[bytes]) -> Mapping[bytes, Place]:
        """The places at these paths, without their neighbours; unknown paths are left out."""
        ...

    async def root_summary(self, root: str) -> tuple[int, str | None]:
        """How many files of the root are present, and the newest event's timestamp of any of them.

        ``None`` when the root has no files at all.
        """
        ...

    async def neighbors(self, place_id: str) -> Sequence[NeighborFact]:
        """Both ends: what this file names, and what names it; at most 256."""
        ...

    async def events(self, place_id: str, limit: int) -> Sequence[EventFact]:
        """The file's history, newest first."""
        ...

    async def facets(self, where: FileFilter) -> Mapping[str, Mapping[str, int]]:
        """``{"kind": {...}, "format": {...}}``; each facet ignores its own filter."""
        ...

    async def stats(self) -> Stats:
        """Counts; SHOULD be answered from kept counters or at most 2 s old."""
        ...
