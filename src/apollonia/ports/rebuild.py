"""The catalog's projections made anew from its log, beside the live ones."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from apollonia.domain.place import Place
from apollonia.ports.catalog import LoggedEvent, StoredEvent, UnitOfWork

type AnyEvent = StoredEvent | LoggedEvent


@dataclass(frozen=True, slots=True)
class Differences:
    """Where the live rows are not what follows from the log: files, and rows of other tables."""

    files: int = 0
    others: int = 0

    def __bool__(self) -> bool:
        return bool(self.files or self.others)


class FreshUnit(UnitOfWork, Protocol):
    """A unit of work on the fresh tables; what it reads of analyses is the live record."""

    async def fold(self, events: Sequence[LoggedEvent]) -> None:
        """Edits, plays and analyses: what they say, and the files that it is true of."""
        ...

    async def purge(self, places: Sequence[Place]) -> None:
        """Take these out, with a tombstone of their version."""
        ...


type WorkIn = Callable[[FreshUnit, Sequence[AnyEvent]], Awaitable[None]]


class Rebuild(Protocol):
    """Fresh, empty tables and the log. Raises ``CatalogUnavailableError``.

    A file that the live tables have MUST get the same number in the fresh ones.
    """

    async def events(self, after: str, limit: int) -> Sequence[AnyEvent]:
        """The log in its one order, by id; those greater than ``after``."""
        ...

    def unit(self) -> AbstractAsyncContextManager[FreshUnit]:
        """One transaction on the fresh tables."""
        ...

    async def compare(self) -> Differences:
        """The live tables beside the fresh ones; both are at rest, or the rest is for ``swap``."""
        ...

    async def swap(self, work_in: WorkIn) -> Differences:
        """While nobody else writes: what the log got meanwhile, then all that differs, at once.

        ``work_in`` is given the events that the log got since and ``events`` has not given. Readers
        MUST see the catalog of before or that of after, whole. What changed MUST be recorded as
        changes.
        """
        ...
