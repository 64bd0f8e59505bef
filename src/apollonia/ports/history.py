"""What happened, as it was told: the log that everything else follows from."""

from collections.abc import Sequence
from typing import Protocol

from apollonia.ports.catalog import LoggedEvent, StoredEvent


class Compaction(Protocol):
    """Raises ``CatalogUnavailableError`` when the database is away, or its role owns no tables."""

    async def compact(self, before: str) -> int:
        """Take events of files out that are older than ``before``, a wire time; how many went.

        A replay afterwards MUST make the same files: each keeps its first and its newest event, and
        files that moved all of theirs. Edits and all other events MUST stay.
        """
        ...


class History(Protocol):
    """Reads of the log. Raises ``CatalogUnavailableError`` when the database is away."""

    async def file_events(self, place_id: str) -> Sequence[StoredEvent]:
        """All that was told about a place, oldest first, up to the 10,000 newest."""
        ...

    async def events(self, subject: str, limit: int) -> Sequence[LoggedEvent]:
        """What happened to a subject, newest first."""
        ...
