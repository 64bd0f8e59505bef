"""How far the ingest of one root is, in numbers and words."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from apollonia.domain.kinds import RootState
from apollonia.domain.paths import display
from apollonia.domain.roots import MAX_SKIPPED, RootError, RootStatus, Skipped
from apollonia.domain.times import format_micros

_REMEMBERED_SKIPS = 10_000
_RESTING = frozenset(
    {RootState.STARTING, RootState.SCANNING, RootState.WATCHING, RootState.DEGRADED}
)


@dataclass(slots=True)
class Progress:
    """Counted by everyone who works on the root, on the event loop only.

    ``troubles`` are what makes a watched root degraded, each under a word for what is in trouble.
    ``expected``: a scan under way will find so many files, as far as we know. ``storage`` and
    ``polled_s`` are as in ``RootStatus``. ``changed``: it does something else than before.
    """

    root: str
    now_micros: Callable[[], int]
    holder: str | None = None
    state: RootState = RootState.STARTING
    message: str | None = None
    found: int = 0
    done: int = 0
    errors: int = 0
    rate: float | None = None
    expected: int | None = None
    paused: bool = False
    storage: str | None = None
    polled_s: float | None = None
    last_scan_micros: int | None = None
    troubles: dict[str, str] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    _corrupted: dict[bytes, str] = field(default_factory=dict)
    _skipped: dict[bytes, str] = field(default_factory=dict)
    _skipped_more: int = 0
    _last_error: RootError | None = None
    _corrupted_before: int = 0

    def enter(self, state: RootState, message: str | None = None) -> None:
        """The root is in this state from now on."""
        if state is RootState.UNAVAILABLE and message is not None and message != self.message:
            self.fail(message)
        self.state, self.message = state, message
        self.changed.set()

    def rest(self, *, paused: bool) -> None:
        """People want it to pause, or to go on."""
        self.paused = paused
        self.changed.set()

    def fail(self, message: str, path: bytes | None = None) -> None:
        """Something went wrong just now, with one file or with the root itself."""
        shown = None if path is None else display(path)
        self._last_error = RootError(message, shown, format_micros(self.now_micros()))

    def find(self) -> None:
        """One more file that something is to be done with."""
        if self.found <= self.done:
            self.changed.set()
        self.found += 1

    def begin_scan(self) -> None:
        """Counts start over, but for what is still in hand."""
        self.found -= self.done
        self.done = 0
        self.errors = 0
        self._skipped.clear()
        self._skipped_more = 0

    def skip(self, path: bytes, reason: str) -> None:
        """Something gets no row of its own; the newest reason for one path counts."""
        if self._skipped.pop(path, None) is None and len(self._skipped) >= _REMEMBERED_SKIPS:
            self._skipped_more += 1
            return
        self._skipped[path] = reason

    def unskip(self, path: bytes) -> None:
        """It is gone, or a file like others now."""
        self._skipped.pop(path, None)

    def restore(self, reported: RootStatus) -> None:
        """What an ingestor before this one reported and nobody has set right since."""
        self._last_error = self._last_error or reported.last_error
        listed = {one.path.encode(): one.reason for one in reversed(reported.corrupted)}
        self._corrupted = listed | self._corrupted
        self._corrupted_before = max(0, reported.corrupted_count - len(reported.corrupted))

    def verified(self) -> None:
        """Everything was read again: what is corrupted is listed."""
        self._corrupted_before = 0

    def corrupt(self, path: bytes, reason: str) -> None:
        """Its content changed although its times did not; as many as are worth remembering."""
        if len(self._corrupted) < _REMEMBERED_SKIPS:
            self._corrupted[path] = reason

    def sound(self, path: bytes) -> None:
        """It has another content now, or is gone."""
        if self._corrupted:
            self._corrupted.pop(path, None)
            self._corrupted.pop(display(path).encode(), None)  # as a report before had it

    @property
    def is_degraded(self) -> bool:
        """Whether it works, but something about it is in trouble."""
        return bool(self.troubles) and self.state is not RootState.STOPPED

    def trouble(self, what: str, message: str | None) -> None:
        """Something about the root is in trouble, or (``None``) well again."""
        if message is None:
            self.troubles.pop(what, None)
            return
        if what not in self.troubles:
            self.fail(message)
        self.troubles[what] = message

    @property
    def remaining_s(self) -> float | None:
        """Until nothing is left at this rate; ``None``: nothing is, or nobody knows."""
        if self.paused or not self.rate:
            return None
        if self.state is not RootState.SCANNING:
            return max(0, self.found - self.done) / self.rate or None
        if self.expected is None or self.expected < self.found:
            return None  # who knows what is in the folders that were not looked at yet
        return max(0, self.expected - self.done) / self.rate

    def status(self) -> RootStatus:
        """What is reported."""
        state, message = self.state, self.message
        if self.troubles:
            words = " ".join(self.troubles.values())
            message = f"{message} {words}" if message else words
            state = RootState.DEGRADED if state is RootState.WATCHING else state
        if self.paused and state in _RESTING:
            state = RootState.PAUSED
        return RootStatus(
            root=self.root,
            state=state,
            message=message,
            found=self.found,
            done=self.done,
            errors=self.errors,
            rate=self.rate,
            remaining_s=self.remaining_s,
            paused=self.paused,
            last_error=self._last_error,
            holder=self.holder,
            storage=self.storage,
            polled_s=self.polled_s,
            skipped=_newest(self._skipped),
            skipped_count=len(self._skipped) + self._skipped_more,
            corrupted=_newest(self._corrupted),
            corrupted_count=len(self._corrupted) + self._corrupted_before,
            last_scan_time=_time(self.last_scan_micros),
        )


def _newest(reasons: dict[bytes, str]) -> tuple[Skipped, ...]:
    newest = list(reasons.items())[-MAX_SKIPPED:]
    return tuple(Skipped(display(path), reason) for path, reason in reversed(newest))


def _time(micros: int | None) -> str | None:
    return None if micros is None else format_micros(micros)
