"""Artwork, previews, waveforms: derived bytes that can be made again."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes with their MIME type."""

    data: bytes
    mime: str


class Blobs(Protocol):
    """Bytes by key (content address + variant).

    MUST stay within its budget by evicting what was used least recently; MUST never return a part
    of a blob. Raises ``BlobsUnavailableError``.
    """

    async def get(self, key: str) -> Blob | None:
        """The blob, or ``None`` when it was never put or evicted."""
        ...

    async def put(self, key: str, blob: Blob) -> None:
        """Keep it: atomically, a reader sees all of it or nothing."""
        ...

    async def ping(self) -> None:
        """Raise ``BlobsUnavailableError`` unless it can be written."""
        ...
