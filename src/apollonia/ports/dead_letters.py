"""Messages that could not be handled, as people work with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

MAX_LETTER_PAGE: Final = 500


class LetterState(StrEnum):
    """What is becoming of a dead letter."""

    DEAD = "dead"  # waits for a person
    REQUESTED = "requested"  # somebody wants it tried again; the populator sends it back
    REQUEUED = "requeued"  # it is in its queue again; failing once more makes it dead again
    DISCARDED = "discarded"  # somebody has given it up


WAITING: Final = frozenset({LetterState.DEAD, LetterState.REQUESTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message of one queue. The same message that fails again is the same letter.

    ``id`` follows from queue and message id. ``error`` is a code of the taxonomy or the name of an
    exception, ``reason`` its words. ``attempts``: how often it was tried before it was given up the
    last time; ``occurrences``: how often it was given up. ``size``: bytes of the body. ``actor``:
    who wanted the last change of ``state``, at ``changed_time``. ``note``: why a wish could not be
    carried out.
    """

    id: str
    queue: str
    message_id: str
    schema: str
    error: str
    reason: str
    attempts: int
    occurrences: int
    size: int
    first_time: str
    last_time: str
    state: LetterState
    actor: str | None
    changed_time: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class WholeLetter:
    """A letter with the message itself: its headers as they came, and its body."""

    letter: Letter
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFilter:
    """Which letters are meant; what is not set does not narrow.

    ``reason``: words that stand in it, in upper or lower case. ``states`` empty: all of them.
    """

    states: frozenset[LetterState] = frozenset()
    queue: str | None = None
    error: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class LetterMark:
    """Where a page ended."""

    last_time: str
    id: str


@dataclass(frozen=True, slots=True)
class LetterPage:
    """Letters, the newest first; ``next`` is ``None`` on the last page."""

    items: tuple[Letter, ...]
    next: LetterMark | None


@dataclass(frozen=True, slots=True)
class LetterCount:
    """How many letters of a queue have this error and are in this state."""

    queue: str
    error: str
    state: LetterState
    number: int


class DeadLetters(Protocol):
    """What ``UnitOfWork.save_dead_letters`` keeps. Raises ``CatalogUnavailableError``.

    A wish to requeue is a row: it survives a crash of whoever carries it out, who MUST publish
    before ``mark_requeued``. So a letter may be published twice, and is never lost.
    """

    async def page(
        self, where: LetterFilter, *, limit: int, after: LetterMark | None = None
    ) -> LetterPage:
        """The newest letters first; at most ``MAX_LETTER_PAGE`` at a time."""
        ...

    async def find(self, letter_id: str) -> WholeLetter | None:
        """One letter with its message."""
        ...

    async def counts(self) -> Sequence[LetterCount]:
        """By queue, error and state, the largest numbers first; at most 500 of them."""
        ...

    async def request_requeue(self, where: LetterFilter, *, actor: str, time: str) -> int:
        """Have every dead letter that fits sent back to its own queue; how many these are."""
        ...

    async def request_requeue_of(self, letter_id: str, *, actor: str, time: str) -> None:
        """The same for one letter; a discarded one comes back by this.

        Raises ``NotFoundError``, and ``ConflictError`` when it is on its way already.
        """
        ...

    async def discard(self, where: LetterFilter, *, actor: str, time: str) -> int:
        """Give up every letter that fits and waits; how many these are. Pruned later."""
        ...

    async def discard_of(self, letter_id: str, *, actor: str, time: str) -> None:
        """The same for one letter. Raises ``NotFoundError``, ``ConflictError`` when it is away."""
        ...

    async def claim(self, limit: int, *, now_us: int, hold_us: int) -> Sequence[WholeLetter]:
        """The next letters to send back, oldest wishes first; nobody else gets them meanwhile.

        Whoever does not settle them within ``hold_us`` loses them to the next one who asks.
        """
        ...

    async def mark_requeued(self, letters: Sequence[Letter], *, time: str) -> None:
        """They were published. MUST leave those alone that have failed again since."""
        ...

    async def refuse_requeue(self, letters: Sequence[Letter], *, note: str) -> None:
        """They cannot be published, for this reason: they are dead as before."""
        ...

    async def prune(self, before: str, limit: int) -> int:
        """Drop letters that were requeued or discarded before this time; how many went."""
        ...
