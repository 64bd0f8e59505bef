"""What ingest needs of ``media``: its ``MediaPool`` and its ``LargeFiles`` fit these."""

from collections.abc import Sequence
from typing import Protocol

from apollonia.media.facts import FileFacts
from apollonia.media.hashing import LargeHash
from apollonia.media.sidecars.checksum_files import Algorithm
from apollonia.media.workers.requests import Inspection, InspectRequest


class Inspector(Protocol):
    """Reads files: facts, hashes, and what is in them. May be called many times at once."""

    async def inspect(self, requests: Sequence[InspectRequest]) -> list[Inspection]:
        """One answer per request, in order; at most 64. One bad file costs only that file.

        Raises ``MediaUnavailableError`` when the workers are stopped or all busy.
        """
        ...


class LargeHasher(Protocol):
    """Hashes files that would keep a worker's other files waiting."""

    async def hash_large(self, path: bytes, top: bytes | None = None) -> LargeHash:
        """Both hashes of one file of any size; stops reading when cancelled.

        Follows no link below ``top``, a folder above it.

        Raises ``OSError``; of that ``ContentChangedError`` when it was written to meanwhile.
        """
        ...

    async def digest(
        self, path: bytes, algorithm: Algorithm, top: bytes | None = None
    ) -> tuple[FileFacts, str]:
        """One digest of a file, to be compared with a list; else as ``hash_large``."""
        ...
