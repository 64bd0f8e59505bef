"""Files that are there more than once, in groups that can be cleared up."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from apollonia.domain.place import Place


class GroupKind(StrEnum):
    """What the members of a group have in common."""

    EXACT = "exact"
    """The same bytes."""
    NEAR = "near"
    """They sound or look the same."""
    WORK = "work"
    """The same song of the same artist, about as long."""


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Present files that are the same in some way; ``id`` is one of their contents."""

    kind: GroupKind
    id: str
    members: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class DuplicateTotals:
    """How much there is of a kind. ``bytes``: of all members but the largest of each group."""

    groups: int
    files: int
    bytes: int


class Duplicates(Protocol):
    """Reads only. Raises ``CatalogUnavailableError`` when the database is away."""

    async def groups(
        self, kind: GroupKind, *, limit: int, offset: int = 0
    ) -> Sequence[DuplicateGroup]:
        """Groups, those first that take the most space twice.

        Pairs that a person rejected are not in one group for that pair's sake. A group has at most
        256 members. Hard links of one file are members: they are there, and save nothing.
        """
        ...

    async def totals(self, kind: GroupKind) -> DuplicateTotals:
        """Over all groups of the kind."""
        ...
