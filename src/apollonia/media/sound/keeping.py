"""Which seconds of a sound are kept as samples: all of a song, the best minutes of a long mix."""

from dataclasses import dataclass, field

import numpy as np

from apollonia.media.sound.sound import MODEL_RATE, RATE, Samples, Span

WINDOW_S = 60


class SecondsOf:
    """A stream of samples, cut into arrays of one second."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._left: list[Samples] = []
        self._number = 0
        self.seconds: list[Samples] = []

    def add(self, samples: Samples) -> None:
        """More of the stream."""
        self._left.append(samples)
        self._number += len(samples)
        if self._number >= self._rate:
            joined = np.concatenate(self._left)
            whole = len(joined) // self._rate
            cut = joined[: whole * self._rate].reshape(whole, self._rate)
            self.seconds += [row.copy() for row in cut]
            self._left = [joined[whole * self._rate :].copy()]
            self._number = len(self._left[0])

    def take(self, count: int) -> list[Samples]:
        """The first ``count`` seconds; they are not held any more."""
        taken, self.seconds = self.seconds[:count], self.seconds[count:]
        return taken

    def rest(self) -> list[Samples]:
        """All that is left, the last one less than a second."""
        left = self.take(len(self.seconds)) + [part for part in self._left if len(part)]
        self._left, self._number = [], 0
        return left


@dataclass(slots=True)
class _Window:
    """Some seconds in a row, at both rates."""

    start_s: int
    energy: float
    wide: list[Samples] = field(repr=False)
    narrow: list[Samples] = field(repr=False)

    def span(self) -> Span:
        wide = np.concatenate(self.wide)
        self.wide.clear()
        narrow = np.concatenate(self.narrow) if self.narrow else np.zeros(0, np.float32)
        self.narrow.clear()
        return Span(float(self.start_s), wide, narrow)


class Keeper:
    """Takes both streams as they come; bounded by ``held_s``.

    What turns out longer is kept by the minute: of each of ``held_s / 60`` equal parts (by the
    length that the container tells, where it does) the minute with the most energy.
    """

    def __init__(self, held_s: int, told_s: float | None) -> None:
        self._held_s = held_s
        self._most = max(1, held_s // WINDOW_S)
        self._told_s = told_s
        self._wide, self._narrow = SecondsOf(RATE), SecondsOf(MODEL_RATE)
        self._windows: list[_Window] | None = None
        self._next_s = 0

    def add(self, wide: Samples | None, narrow: Samples | None) -> None:
        """The next samples at 44.1 and 16 kHz."""
        if wide is not None and len(wide):
            self._wide.add(wide)
        if narrow is not None and len(narrow):
            self._narrow.add(narrow)
        if self._windows is None and len(self._wide.seconds) > self._held_s:
            self._windows = []
        while self._windows is not None and self._ready() >= WINDOW_S:
            self._keep_one()

    def spans(self) -> tuple[Span, ...]:
        """What is kept, in order; nothing where nothing came."""
        if self._windows is None:
            wide, narrow = self._wide.rest(), self._narrow.rest()
            return (_Window(0, 0.0, wide, narrow).span(),) if wide else ()
        kept, self._windows = sorted(self._windows, key=lambda it: it.start_s), None
        spans: list[Span] = []
        while kept:
            spans.append(kept.pop(0).span())
        return tuple(spans)

    def _ready(self) -> int:
        return min(len(self._wide.seconds), len(self._narrow.seconds))

    def _keep_one(self) -> None:
        assert self._windows is not None
        wide, narrow = self._wide.take(WINDOW_S), self._narrow.take(WINDOW_S)
        energy = float(sum(np.dot(one, one) for one in narrow))
        window = _Window(self._next_s, energy, wide, narrow)
        self._next_s += WINDOW_S
        part = self._part(window)
        rivals = [it for it in self._windows if part is not None and self._part(it) == part]
        if part is None and len(self._windows) >= self._most:
            rivals = [min(self._windows, key=lambda it: it.energy)]
        if rivals and rivals[0].energy >= window.energy:
            return
        self._windows = [it for it in self._windows if it not in rivals[:1]] + [window]

    def _part(self, window: _Window) -> int | None:
        """Which equal part of the told length it lies in."""
        if self._told_s is None or self._told_s <= self._held_s:
            return None
        return min(self._most - 1, int(window.start_s * self._most / self._told_s))
