"""Files that are like others: by what they sound or look like, and by what they share."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from apollonia.domain.mixing import Track
from apollonia.domain.place import Place


@dataclass(frozen=True, slots=True)
class Embedding:
    """Where a model sees a content, in a space of its own: only directions count."""

    sha256_hash: str
    model: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SimilarFile:
    """A present file, how alike it is (0 to 1), and why in words."""

    place: Place
    score: float
    why: Sequence[str]


class Similarity(Protocol):
    """Raises ``CatalogUnavailableError`` when the database is away.

    By embedding: MUST find the nearest contents exactly, or nearly so by an index (recall of the
    first ten at least 0.9). What is saved is found at the latest a few seconds later.
    """

    async def save(self, embeddings: Collection[Embedding]) -> None:
        """Insert or replace by (content, model). Vectors without a direction are left out."""
        ...

    async def similar(self, place_id: str, limit: int = 50) -> Sequence[SimilarFile]:
        """Others of its kind, the likest first; never itself or the same content.

        By the models that saw it, and by artist, album, genre, mood, tempo and folder.

        Raises:
            NotFoundError: there is no such file.
        """
        ...

    async def recommend(self, person: str, limit: int = 50) -> Sequence[SimilarFile]:
        """What is like that which the person plays and rates well, and was not played lately."""
        ...

    async def tracks(self, seeds: Sequence[str], limit: int) -> Sequence[Track]:
        """The seeds and what is like them or has a tempo near theirs, for ``domain.mixing``.

        Present audio only; ``likeness`` is that to the seeds, 1 for themselves.
        """
        ...
