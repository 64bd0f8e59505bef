"""Files and how they relate."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from apollonia.domain.effective import tags_of
from apollonia.domain.kinds import Availability
from apollonia.domain.paths import folder_of
from apollonia.domain.place import Place
from apollonia.domain.several import several


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """``(:File)-[:NEIGHBOR {role}]->(:File)``, by the other file's path."""

    path: bytes
    role: str


@dataclass(frozen=True, slots=True)
class GraphFile:
    """A file, the whole of its outgoing neighbours, and what it belongs to.

    ``version`` tells two states of one file apart.
    """

    id: str
    path: bytes
    kind: str
    present: bool
    neighbors: tuple[GraphEdge, ...]
    sha256_hash: str | None = None
    xxh128_hash: str | None = None
    size: int = 0
    artists: tuple[str, ...] = ()
    album: str | None = None
    album_artist: str | None = None
    genres: tuple[str, ...] = ()
    version: str = ""

    @property
    def folder(self) -> bytes:
        """The folder it lies in."""
        return folder_of(self.path)

    @classmethod
    def of(cls, place: Place) -> Self:
        """What the graph keeps of a place."""
        tags = tags_of(place.media, place.edited)
        return cls(
            place.id,
            place.path,
            place.kind.value,
            place.availability is Availability.PRESENT,
            tuple(GraphEdge(it.path, it.role.value) for it in place.neighbors),
            place.sha256_hash,
            place.xxh128_hash,
            place.size,
            artists=several(tags.get("artist")),
            album=tags.get("album"),
            album_artist=tags.get("album_artist"),
            genres=several(tags.get("genre")),
            version=version_of(place.version.timestamp, place.version.message_id),
        )


def version_of(timestamp: str, message_id: str) -> str:
    """A ``GraphFile``'s version, of the event that made the file what it is."""
    return f"{timestamp} {message_id}"


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

    async def ids(self, after: str, limit: int) -> Sequence[str]:
        """The ids of files that it has, greater than ``after``, in the order of their bytes."""
        ...

    async def tidy(self) -> None:
        """Let go of what no file refers to any more; ``apply`` and ``remove`` MAY leave such."""
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
