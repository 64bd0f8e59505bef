"""The write side of the catalog: events, the places that follow from them, and what changed."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Literal, Protocol

from apollonia.domain.analysis import Recorded
from apollonia.domain.facts import Facts
from apollonia.domain.ids import uuid5_of
from apollonia.domain.place import Place, Tombstone
from apollonia.messages import Change
from apollonia.ports.analyses import ContentState, StoredResult

Operation = Literal["created", "updated", "deleted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """One event as the log keeps it; ``body`` is the message as it came."""

    event_id: str
    place_id: str
    path: bytes
    event_type: str
    timestamp: str
    received_time: str
    origin: str | None
    traceparent: str | None
    body: bytes


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


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that could not be handled, with the reason; ``headers`` are the producer's own."""

    message_id: str
    queue: str
    schema: str
    body: bytes
    reason: str
    error: str
    attempts: int
    time: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """What people call it by: follows from the queue and the message's id."""
        return uuid5_of(f"{self.queue}\0{self.message_id}".encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class PendingChange:
    """Something a unit of work changed; the relay gives it its position after the commit."""

    entity: str
    id: str
    op: Operation
    timestamp: str


class UnitOfWork(Protocol):
    """One transaction. Nothing in it is seen by others before its end; handlers never commit."""

    async def known_events(self, event_ids: Collection[str]) -> frozenset[str]:
        """Which of these events the log has already."""
        ...

    async def append_events(self, events: Sequence[StoredEvent]) -> None:
        """Append to the log. MUST ignore ids that it has."""
        ...

    async def log_events(self, events: Sequence[LoggedEvent]) -> None:
        """Append what is about no path. MUST ignore ids that the log has."""
        ...

    async def places_at(self, paths: Collection[bytes]) -> Mapping[bytes, Place]:
        """The places at these paths, present or not."""
        ...

    async def places_by_id(self, ids: Collection[str]) -> Mapping[str, Place]:
        """The places with these ids, present or not."""
        ...

    async def tombstones_at(self, paths: Collection[bytes]) -> Mapping[bytes, Tombstone]:
        """What is left of places that were moved away from these paths."""
        ...

    async def save_places(self, places: Sequence[Place]) -> None:
        """Insert or replace by id, with their search index and neighbours.

        A path has at most one place: MUST raise ``ConflictError`` when two ids claim one path.
        """
        ...

    async def save_tombstones(self, tombstones: Sequence[Tombstone]) -> None:
        """Insert or replace by path."""
        ...

    async def delete_tombstones(self, paths: Collection[bytes]) -> None:
        """Forget them: a file is there again."""
        ...

    async def record_changes(self, changes: Sequence[PendingChange]) -> None:
        """What this unit of work changed, for the relay."""
        ...

    async def save_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        """Keep for people to look at (``DeadLetters``).

        For a (queue, message id) pair that it has, MUST ignore a repeat with the same ``time``;
        with another one it failed once more: it is dead again, with the new reason.
        """
        ...

    async def recorded_analyses(self, sha256s: Collection[str]) -> Mapping[str, Sequence[Recorded]]:
        """All results of these contents, with those that this unit of work saved.

        Until its end nobody else MUST be able to judge them.
        """
        ...

    async def save_results(self, results: Sequence[StoredResult]) -> None:
        """Insert by (content, analyser, version).

        Of two the one stays that ``supersedes`` the other, whatever came first: so work that was
        done twice is stored once, and in any order of events the same is stored.
        """
        ...

    async def content_facts(self, sha256s: Collection[str]) -> Mapping[str, Facts]:
        """What all ``done`` results of these contents say together (``domain.facts.merged``).

        Contents without facts are left out.
        """
        ...

    async def content_states(self, sha256s: Collection[str]) -> Mapping[str, ContentState]:
        """How far these contents are, those that were ever judged."""
        ...

    async def save_content_states(self, states: Sequence[ContentState]) -> Sequence[str]:
        """Insert or replace by content, and bring all its cataloged files of that kind to it.

        They get the content's facts as well, with all that lists and search know by them. Gives
        the ids of the files that this changed; recording that is the caller's.
        """
        ...


class Catalog(Protocol):
    """Truth about files. Raises ``CatalogUnavailableError`` when its database is away.

    Changes are gap-free: ``relay_changes`` MUST give consecutive positions, only to committed
    changes, under a lock that all processes share; a reader that has seen N misses nothing at or
    below N.
    """

    @property
    def writers(self) -> int:
        """How many units of work a process gains by having under way at once; at least 1."""
        ...

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A transaction: committed when the block ends, rolled back when it raises."""
        ...

    async def relay_changes(self, limit: int) -> Sequence[Change]:
        """Give the next committed changes their positions, at most ``limit``; oldest first."""
        ...

    async def changes(self, after: int, limit: int) -> Sequence[Change]:
        """Changes with positions greater than ``after``, in order."""
        ...

    async def position(self) -> int:
        """The newest position given; 0 at first."""
        ...

    async def oldest_position(self) -> int:
        """The oldest position still kept; readers behind it must start over. 0 when none."""
        ...

    async def published_position(self) -> int:
        """Up to where the relay has published."""
        ...

    async def mark_published(self, position: int) -> None:
        """Everything up to here is published. MUST never go back."""
        ...

    async def prune_changes(self, keep: int) -> int:
        """Drop published changes but the newest ``keep``; how many went."""
        ...

    async def purge_missing(self, before: str, now: str, limit: int) -> int:
        """Take up to ``limit`` files out that are missing since before ``before``; how many went.

        In one transaction: the row goes with its search entry, neighbours and counts; its path
        keeps a tombstone of its version, its events stay in the log, and a change ``deleted`` of
        time ``now`` is recorded. Both are wire times. 0 MUST mean that none is left. Files that
        are present or trashed MUST stay.
        """
        ...

    async def ping(self) -> None:
        """Raise ``CatalogUnavailableError`` unless the database answers with our schema."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
