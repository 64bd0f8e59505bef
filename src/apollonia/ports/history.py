"""What happened, as it was told: the log that everything else follows from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from apollonia.ports.catalog import StoredEvent


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event about no path: an ``analysis``, ``edit``, ``play``, ``control`` or ``purge``.

    ``subject`` is what it is about, as ``kind:id`` (``domain.edits.Target.key``, ``root:/music``);
    ``actor`` who did it, ``body`` JSON.
    """

    event_id: str
    entity: str
    subject: str
    actor: str | None
    timestamp: str
    received_time: str
    origin: str | None
    traceparent: str | None
    body: bytes


class History(Protocol):
    """Reads of the log. Raises ``CatalogUnavailableError`` when the database is away."""

    async def file_events(self, place_id: str) -> Sequence[StoredEvent]:
        """All that was told about a place, oldest first, up to the 10,000 newest."""
        ...

    async def events(self, subject: str, limit: int) -> Sequence[LoggedEvent]:
        """What happened to a subject, newest first."""
        ...
