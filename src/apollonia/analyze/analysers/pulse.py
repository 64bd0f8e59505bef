"""Which tempo the onsets speak for: its exact value, and its octave."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apollonia.analyze.analysers.onsets import RATE, Curves, Onsets

SLOWEST, FASTEST = 50.0, 185.0
_DOUBLE_FROM = 0.75
_HALVE_BELOW = 0.32
_MARGIN = 0.03
_STEPS = 241
_HARMONICS = 4
_PART_S = 12

type Times = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Octave:
    """``factor``: 0.5, 1 or 2 times the tempo of the beats; ``other`` is the next best one.

    ``between``: onsets half way between beats, relative to those on beats; ``weaker``: those on
    every second beat, relative to the others. Both are medians without the highest band.
    """

    factor: float
    other: float
    between: float
    weaker: float


def octave_of(bpm: float, beats: Times, onsets: Onsets) -> Octave:
    """By evidence alone: what lies between the beats is as strong, or every second one is none."""
    curve = onsets.body
    on = onsets.near(curve, beats)
    middle = float(np.median(onsets.near(curve, _middles(beats))))
    between = _ratio(middle, float(np.median(on)))
    even, odd = float(np.median(on[::2])), float(np.median(on[1::2]))
    weaker = _ratio(min(even, odd), max(even, odd))
    if between >= _DOUBLE_FROM and 2 * bpm <= FASTEST:
        return Octave(2.0, 1.0, between, weaker)
    if weaker < _HALVE_BELOW and bpm / 2 >= SLOWEST:
        return Octave(0.5, 1.0, between, weaker)
    doubling = between / _DOUBLE_FROM > _HALVE_BELOW / max(weaker, 1e-6)
    return Octave(1.0, _possible(bpm, doubling=doubling), between, weaker)


def _possible(bpm: float, *, doubling: bool) -> float:
    """Twice or half, whichever is nearer to be true and within what music does."""
    if 2 * bpm > FASTEST:
        return 0.5
    if bpm / 2 < SLOWEST:
        return 2.0
    return 2.0 if doubling else 0.5


def beats_at(factor: float, beats: Times, onsets: Onsets) -> Times:
    """The beats of another octave: with those between, or every second one, the stronger ones."""
    if factor == 2.0:  # noqa: PLR2004 - an octave
        both = np.empty(2 * len(beats) - 1)
        both[::2], both[1::2] = beats, _middles(beats)
        return both
    if factor == 0.5:  # noqa: PLR2004 - an octave
        on = onsets.near(onsets.body, beats)
        return beats[1::2] if on[1::2].mean() > on[::2].mean() else beats[::2]
    return beats


def exact(bpm: float, curve: Curves) -> float:
    """The tempo within 3 % at which a steady pulse with its harmonics fits the onsets best."""
    seconds = len(curve) / RATE
    sharp = _without_mean(curve)
    time = np.arange(len(sharp), dtype=np.float64) / RATE
    tried = np.linspace(bpm * (1 - _MARGIN), bpm * (1 + _MARGIN), _STEPS)
    for _ in range(2):  # coarse, then between the neighbours of the best
        power = np.array([_fit(tempo / 60.0, sharp, time) for tempo in tried])
        best = int(np.argmax(power))
        width = max((tried[1] - tried[0]) * 2, 6.0 / max(seconds, 1.0) / _STEPS)
        centre = tried[best]
        tried = np.linspace(centre - width, centre + width, 17)
    return float(centre)


def clearness(bpm: float, curve: Curves) -> float:
    """0 to 1: how much of the onsets falls in step with this tempo or its double, locally."""
    sharp = _without_mean(curve)
    found = []
    step = _PART_S * RATE
    for first in range(0, max(1, len(sharp) - step // 2), step // 2):
        part = sharp[first : first + step]
        total = float(part.sum())
        if total > 0:
            time = np.arange(len(part)) / RATE
            found.append(max(abs(_at(bpm * n / 60.0, part, time)) / total for n in (1, 2)))
    return float(np.median(found)) if found else 0.0


def steadiness(beats: Times) -> float:
    """0 to 1: the share of steps between beats that are within 6 % of the median one."""
    steps = np.diff(beats)
    if not len(steps):
        return 0.0
    middle = float(np.median(steps))
    return float(np.mean(np.abs(steps - middle) <= 0.06 * middle))


def _without_mean(curve: Curves) -> NDArray[np.float64]:
    width = min(2 * RATE, len(curve))
    mean = np.convolve(curve, np.ones(width) / width, "same")
    return np.maximum(0.0, curve - mean)


def _fit(hertz: float, curve: NDArray[np.float64], time: Times) -> float:
    turn = np.exp(-2j * np.pi * hertz * time)
    power, now = 0.0, np.ones_like(turn)
    for _ in range(_HARMONICS):
        now = now * turn
        power += float(abs(np.dot(curve, now)) ** 2)
    return power


def _at(hertz: float, curve: NDArray[np.float64], time: Times) -> complex:
    return complex(np.dot(curve, np.exp(-2j * np.pi * hertz * time)))


def _middles(beats: Times) -> Times:
    return (beats[1:] + beats[:-1]) / 2


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole > 1e-9 else 0.0  # noqa: PLR2004 - nothing
