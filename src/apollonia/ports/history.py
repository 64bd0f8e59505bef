"""What happened, as it was told: the log that everything else follows from."""

from collections.abc import Sequence
from typing import Protocol

from apollonia.ports.catalog import LoggedEvent, StoredEvent


class History(Protocol):
    """Reads of the log. Raises ``CatalogUnavailableError`` when the database is away."""

    async def file_events(self, place_id: str) -> Sequence[StoredEvent]:
        """All that was told about a place, oldest first, up to the 10,000 newest."""
        ...

    async def events(self, subject: str, limit: int) -> Sequence[LoggedEvent]:
        """What happened to a subject, newest first."""
        ...
