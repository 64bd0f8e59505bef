"""Files and how they relate."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from apollonia.domain.kinds import Availability
from apollonia.domain.place import Place


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """``(:File)-[:NEIGHBOR {role}]->(:File)``, by the other file's path."""

    path: bytes
    role: str


@dataclass(frozen=True, slots=True)
class GraphFile:
    """A file and the whole of its outgoing neighbours."""

    id: str
    path: bytes
    kind: str
    present: bool
    neighbors: tuple[GraphEdge, ...]

    @classmethod
    def of(cls, place: Place) -> Self:
        """What the graph keeps of a place."""
        edges = tuple(GraphEdge(it.path, it.role.value) for it in place.neighbors)
        present = place.availability is Availability.PRESENT
        return cls(place.id, place.path, place.kind.value, present, edges)


@dataclass(frozen=True, slots=True)
class GraphNeighbor:
    """A file near another; ``id`` is ``None`` while only its path is known."""

    id: str | None
    path: bytes
    role: str
    outgoing: bool


class Graph(Protocol):
    """A projection: rebuilt from the catalog at any time. Raises ``GraphUnavailableError``."""

    async def apply(self, files: Sequence[GraphFile]) -> None:
        """Put the files with exactly these neighbours; idempotent; a path is one node."""
        ...

    async def remove(self, ids: Collection[str]) -> None:
        """Take the files away with their outgoing edges; unknown ids are ignored."""
        ...

    async def neighbors(self, file_id: str, limit: int = 256) -> Sequence[GraphNeighbor]:
        """The files one step away, both directions."""
        ...

    async def ping(self) -> None:
        """Raise ``GraphUnavailableError`` unless the store answers."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
