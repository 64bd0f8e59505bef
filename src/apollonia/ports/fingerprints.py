"""What recordings sound like and pictures look like, and which of them are alike."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from apollonia.domain.matching.likeness import Family, Likeness
from apollonia.domain.matching.perceptual import Frame
from apollonia.ports.analyses import StoredResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """One content as it is compared: ``items`` of a Chromaprint, or the hashes of ``frames``.

    ``version`` is that of the analyser.
    """

    sha256_hash: str
    family: Family
    version: str
    duration_ms: int = 0
    items: tuple[int, ...] = ()
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Two contents that are alike; ``one`` is the smaller hash, evidence is in that order."""

    family: Family
    one: str
    other: str
    likeness: Likeness


class Fingerprints(Protocol):
    """An index of fingerprints, and the likenesses that were found by it.

    Raises ``CatalogUnavailableError`` when its database is away. What is saved is seen by every
    ``near`` that begins afterwards, of any process: so of two contents that are saved and then
    looked up at the same time, at least one finds the other.
    """

    async def save(self, fingerprints: Sequence[Fingerprint]) -> Sequence[Fingerprint]:
        """Insert or replace by (content, family); those that are new or differ.

        What was found by a fingerprint that is replaced goes, but for what a person decided.
        """
        ...

    async def near(self, fingerprint: Fingerprint, limit: int) -> Sequence[Fingerprint]:
        """Others of its family that may be alike, the likeliest first; never itself.

        Bounded: what thousands of contents have in common finds none of them.
        """
        ...

    async def relate(self, found: Collection[Found], now: str) -> int:
        """Keep these, or replace their evidence; how many are new.

        What a person decided stays decided. Each new pair is a change ``relation`` of its id.
        """
        ...

    async def analysed(self, after: tuple[str, str, str], limit: int) -> Sequence[StoredResult]:
        """Done results of all contents: fingerprints and embeddings are read from some of them.

        In the order of (content, analyser, version), those beyond ``after``: for what was analysed
        before there was an index.
        """
        ...


class Sweep(Protocol):
    """Finds every likeness in the whole index: for what was there before anybody looked.

    Takes minutes where there are millions. Raises ``CatalogUnavailableError``.
    """

    async def sweep(
        self, family: Family, told: Callable[[int], None] = lambda _: None
    ) -> Sequence[Found]:
        """All pairs that are alike; ``told`` hears how many fingerprints were read.

        MUST NOT compare all with all. Of pictures that look exactly the same, each is related to
        the first of them alone.
        """
        ...
