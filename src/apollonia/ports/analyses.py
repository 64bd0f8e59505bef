"""What is analysed and what is not: the catalog's record, as those who make work ask for it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from apollonia.domain.analysis import Recorded, ResultStatus
from apollonia.domain.facts import Facts
from apollonia.domain.kinds import AnalysisState, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResult:
    """What one analyser found in one content; ``data`` is JSON, ``facts`` what it says in short."""

    sha256_hash: str
    analyser: str
    version: str
    model: str | None
    status: ResultStatus
    reason: str | None
    data: bytes | None
    timestamp: str
    forced: bool = False
    facts: Facts = field(default_factory=dict)

    def supersedes(self, other: "StoredResult") -> bool:
        """Whether this one stays of two with one key, whichever came first.

        What was forced, the newest; else what is ``done``; else the oldest.
        """
        if self.forced:
            return not other.forced or self.timestamp >= other.timestamp
        if other.forced:
            return False
        if (self.status == "done") != (other.status == "done"):
            return self.status == "done"
        return self.timestamp < other.timestamp


@dataclass(frozen=True, slots=True)
class ContentState:
    """How far a content is, judged by the set of analysers whose digest is ``wanted``."""

    sha256_hash: str
    kind: Kind
    state: AnalysisState
    wanted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoneFile:
    """A present file whose row says ``pending``; ``number`` orders them."""

    number: int
    id: str
    path: bytes
    kind: Kind
    sha256_hash: str
    size: int
    modified_time: str


class Analyses(Protocol):
    """Reads only. Raises ``CatalogUnavailableError`` when the database is away.

    MAY lag behind the write side: who acts on it must be right when a result is there meanwhile.
    """

    async def recorded(self, sha256s: Collection[str]) -> Mapping[str, Sequence[Recorded]]:
        """All results of these contents, of any version; contents without any are left out."""
        ...

    async def results(self, sha256_hash: str) -> Sequence[StoredResult]:
        """What was found in one content, by analyser, the newest first of each."""
        ...

    async def undone(self, after: int, limit: int) -> Sequence[UndoneFile]:
        """Present, cataloged files that are ``pending``, by number, those above ``after``."""
        ...

    async def outdated(self, kind: Kind, wanted: str, limit: int) -> Sequence[str]:
        """Contents of a kind whose state was judged by another set of analysers."""
        ...
