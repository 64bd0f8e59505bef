"""Which paths are being worked on: one path is never worked on twice at a time."""

from collections import Counter, OrderedDict
from collections.abc import Collection
from dataclasses import dataclass

from apollonia.domain.paths import folder_of, is_inside
from apollonia.ports.clock import Clock

EXPECTED_S = 5.0


@dataclass(slots=True)
class Flight:
    """``again``: look once more when it has landed. ``rewritten``: its writer closed it again."""

    again: bool = False
    rewritten: bool = False


class Flights:
    """Paths in hand, sources of moves that are claimed, and what was cataloged just now."""

    def __init__(self, clock: Clock, recent_s: float) -> None:
        self._clock = clock
        self._recent_s = recent_s
        self._flights: dict[bytes, Flight] = {}
        self._claims: Counter[bytes] = Counter()
        self._expected: dict[bytes, float] = {}
        self._recent: OrderedDict[bytes, float] = OrderedDict()
        self._borrowed: OrderedDict[bytes, float] = OrderedDict()
        self._doubted: set[bytes] = set()

    def __len__(self) -> int:
        """How many paths are in hand."""
        return len(self._flights)

    def start(self, path: bytes, claims: bytes | None = None) -> bool:
        """Take a path in hand; ``False``: it is already, and will be looked at once more."""
        if self.is_busy(path):
            return False
        self._flights[path] = Flight()
        if claims is not None:
            self._claims[claims] += 1
        return True

    def claim(self, source: bytes) -> None:
        """What is in hand came from this path, as its content tells."""
        self._claims[source] += 1

    def unclaim(self, source: bytes) -> None:
        """What is in hand came from somewhere else."""
        self._claims[source] -= 1
        if not self._claims[source]:
            del self._claims[source]

    def end(self, path: bytes, claims: bytes | None = None, *, cataloged: bool = False) -> Flight:
        """Let go of a path; what happened to it meanwhile."""
        if claims is not None:
            self.unclaim(claims)
        if cataloged:
            self._remember(path)
        return self._flights.pop(path, Flight())

    def is_busy(self, path: bytes) -> bool:
        """Whether it is in hand; then it will be looked at once more."""
        flight = self._flights.get(path)
        if flight is not None:
            flight.again = True
        return flight is not None

    def mark_under(self, folder: bytes) -> None:
        """Whatever is in hand in and below this folder will be looked at once more."""
        for path, flight in self._flights.items():
            flight.again = flight.again or is_inside(path, folder)

    def mark_at(self, paths: Collection[bytes]) -> None:
        """Whatever is in hand at or below one of these will be looked at once more."""
        if not paths:
            return
        wanted = frozenset(paths)
        for path, flight in self._flights.items():
            here, above = path, b""
            while not flight.again and here != above:
                flight.again = here in wanted
                here, above = folder_of(here), here

    def is_in_hand(self, path: bytes) -> bool:
        """Whether it is in hand; nothing follows from asking."""
        return path in self._flights

    def expect_move(self, source: bytes) -> None:
        """What was at this path was seen to move; its new place is looked at in a moment."""
        self._expected[source] = self._clock.monotonic() + EXPECTED_S

    def moved(self, source: bytes) -> None:
        """The new place was looked at."""
        self._expected.pop(source, None)

    def is_claimed(self, path: bytes) -> bool:
        """Whether a file that is in hand, or soon will be, came from this path."""
        if path in self._claims:
            return True
        until = self._expected.get(path)
        if until is not None and until <= self._clock.monotonic():
            del self._expected[path]
            return False
        return until is not None

    def must_wait(self, path: bytes) -> bool:
        """A path whose file was just closed: in hand, or cataloged within the settle time?"""
        flight = self._flights.get(path)
        if flight is not None:
            flight.rewritten = True
            return True
        return self._recent.get(path, -self._recent_s) + self._recent_s > self._clock.monotonic()

    def borrow(self, path: bytes) -> None:
        """This file is cataloged with hashes that were known under its former path."""
        _add(self._borrowed, path, self._clock.monotonic(), EXPECTED_S)

    def heard_write(self, path: bytes) -> None:
        """A writer closed it; that may have been before such hashes were taken over."""
        if path in self._borrowed:
            self._doubted.add(path)

    def is_doubted(self, path: bytes) -> bool:
        """Whether its content has to be read, whatever its times say."""
        return path in self._doubted

    def will_read(self, path: bytes) -> None:
        """Its content is read now."""
        self._doubted.discard(path)
        self._borrowed.pop(path, None)

    def was_rewritten(self, path: bytes) -> bool:
        """Whether its writer closed it again since it was taken in hand."""
        flight = self._flights.get(path)
        return flight is not None and flight.rewritten

    def _remember(self, path: bytes) -> None:
        _add(self._recent, path, self._clock.monotonic(), self._recent_s)


def _add(moments: OrderedDict[bytes, float], path: bytes, now: float, kept_s: float) -> None:
    """Remember when; what is older than ``kept_s`` is forgotten."""
    moments[path] = now
    moments.move_to_end(path)
    while moments and next(iter(moments.values())) + kept_s <= now:
        moments.popitem(last=False)
