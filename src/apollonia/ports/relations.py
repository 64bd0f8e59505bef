"""What a file has to do with others, and what people said of that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from apollonia.domain.matching.likeness import Decision
from apollonia.domain.place import Place


class RelationKind(StrEnum):
    """In which way two files belong together."""

    NEIGHBOUR = "neighbour"
    SAME_CONTENT = "same_content"
    HARDLINK = "hardlink"
    NEAR_DUPLICATE = "near_duplicate"
    EXCERPT = "excerpt"
    PASSAGE = "passage"
    SAME_WORK = "same_work"
    VERSION = "version"
    ALBUM = "album"
    SERIES = "series"


DECIDED_KINDS = frozenset(
    {
        RelationKind.NEAR_DUPLICATE,
        RelationKind.EXCERPT,
        RelationKind.PASSAGE,
        RelationKind.SAME_WORK,
        RelationKind.VERSION,
    }
)
"""Those that are found by likeness, so that a person may confirm or reject them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationFact:
    """Another file, and why it is named here.

    ``score`` is 1 for what is certain. ``actor`` and ``decided_time`` are of the decision.
    """

    kind: RelationKind
    place: Place
    score: float = 1.0
    evidence: Mapping[str, Any] = field(default_factory=dict)
    state: Decision = Decision.PROPOSED
    actor: str | None = None
    decided_time: str | None = None


class Relations(Protocol):
    """Raises ``CatalogUnavailableError`` when the database is away."""

    async def of(self, place_id: str, limit: int = 256) -> Sequence[RelationFact]:
        """Other present files that belong to this one, the certain ones first, then by score.

        At most ``limit`` of each kind. Rejected ones are there with their state.

        Raises:
            NotFoundError: there is no such file.
        """
        ...

    async def decide(
        self, place_id: str, other_id: str, decision: Decision, *, actor: str, now: str
    ) -> None:
        """What a person says of how two files are alike; ``proposed`` takes it back.

        It is kept for the two contents, apart from what is found: so it outlives that they are
        analysed, matched or projected again. Both files' changes are recorded.

        Raises:
            NotFoundError: there is no such file.
            ConflictError: one of them has no content hash, or both have the same content.
        """
        ...
