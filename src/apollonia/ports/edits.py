"""What people say of what is in the catalog: edits, plays and collections."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from apollonia.domain.edits import Edit, Said, Target


@dataclass(frozen=True, slots=True)
class Play:
    """Somebody listened to or watched a place, up to ``position_ms`` (``None``: to its end)."""

    id: str
    place_id: str
    actor: str
    timestamp: str
    position_ms: int | None = None


@dataclass(frozen=True, slots=True)
class PlayState:
    """How often a person played a place to its end, when last, and where to go on."""

    place_id: str
    plays: int
    timestamp: str
    position_ms: int | None


@dataclass(frozen=True, slots=True)
class CollectionFact:
    """A collection: of files in an order (``query`` is ``None``), or a search that was saved."""

    id: str
    name: str
    description: str | None
    query: str | None
    deleted: bool
    actor: str


class Edits(Protocol):
    """A layer above what was found. Raises ``CatalogUnavailableError`` when the database is away.

    What is written is in the log. Of each (target, field), and person where it is personal, the
    newest edit by (timestamp, id) MUST count, in whatever order and however often edits come. In
    the same transaction the files that a place's or a content's edit is about MUST get it in all
    that lists and search know of them, and their changes MUST be recorded. Files that come later,
    move or change MUST keep what is said of their place and of the content that they have.
    """

    async def apply(self, edits: Sequence[Edit]) -> None:
        """All or none; patches as ``domain.edits.checked`` gives them. Known ids are ignored."""
        ...

    async def play(self, plays: Sequence[Play]) -> None:
        """All or none. Known ids are ignored."""
        ...

    async def said(
        self, targets: Collection[Target], person: str
    ) -> Mapping[Target, Mapping[str, Said]]:
        """What is said of these, by field: shared words, and the personal ones of ``person``."""
        ...

    async def about(self, person: str, field: str, *, after: str, limit: int) -> Sequence[Said]:
        """A person's own words on one field (``""``: the shared ones), by target; not withdrawn.

        ``Said.field`` is the target's key here; those greater than ``after``.
        """
        ...

    async def plays(self, person: str, place_ids: Collection[str]) -> Mapping[str, PlayState]:
        """Of these places, those that the person played."""
        ...

    async def recent_plays(self, person: str, limit: int) -> Sequence[PlayState]:
        """The newest first."""
        ...

    async def collections(self, *, deleted: bool = False) -> Sequence[CollectionFact]:
        """Those that are there, or those that can be restored; by id."""
        ...

    async def items(self, collection_id: str) -> Sequence[str]:
        """The ids of a manual collection's places in their order."""
        ...
