"""A handful of instruments, each one note long (C4); other notes are made from it by the mixer."""

import math
import random
from array import array
from collections.abc import Callable
from functools import cache
from itertools import pairwise

from apollonia.media.demo.mixer import RATE, Sound, sound_of

C4 = 261.625565


@cache
def instrument(name: str) -> Sound:
    """``pluck pad bell bass organ`` at C4, ``kick snare hat`` as they are."""
    return sound_of(array("f", _MAKERS[name]()))


def _additive(
    seconds: float, partials: tuple[tuple[float, float], ...], attack: float, decay: float
) -> list[float]:
    """Sines at multiples of C4, with a soft start and an exponential end."""
    steps = [(2 * math.pi * C4 * multiple / RATE, level) for multiple, level in partials]
    total = sum(level for _, level in partials)
    samples = []
    for index in range(round(seconds * RATE)):
        time = index / RATE
        rise = min(1.0, time / attack)
        value = sum(level * math.sin(step * index) for step, level in steps)
        samples.append(rise * rise * math.exp(-time * decay) * value / total)
    return samples


def _pluck() -> list[float]:
    """Karplus and Strong, Digital Synthesis of Plucked-String and Drum Timbres, 1983."""
    chance = random.Random(1983)  # noqa: S311 - noise, no secret
    period = round(RATE / C4)
    string = [chance.uniform(-1, 1) for _ in range(period)]
    samples = []
    for index in range(2 * RATE):
        at = index % period
        value = string[at]
        string[at] = 0.4985 * (value + string[(at + 1) % period])
        samples.append(value * 0.8)
    return samples


def _drum(
    seconds: float, decay: float, tone: Callable[[float], float], noise: float
) -> list[float]:
    chance = random.Random(7)  # noqa: S311 - noise, no secret
    return [
        math.exp(-decay * index / RATE) * (tone(index / RATE) + noise * chance.uniform(-1, 1))
        for index in range(round(seconds * RATE))
    ]


def _thump(time: float) -> float:
    """A sine that falls from high to 48 Hz."""
    return math.sin(2 * math.pi * (48 * time + 9 * (1 - math.exp(-22 * time))))


def _kick() -> list[float]:
    return _drum(0.3, 14, _thump, 0)


def _snare() -> list[float]:
    return _drum(0.2, 24, lambda t: 0.4 * math.sin(2 * math.pi * 190 * t), 0.5)


def _hat() -> list[float]:
    rough = _drum(0.08, 70, lambda _: 0.0, 0.6)
    return [b - a for a, b in pairwise(rough)]  # only the high part of it


_MAKERS: dict[str, Callable[[], list[float]]] = {
    "pluck": _pluck,
    "pad": lambda: _additive(4.0, ((1, 1), (1.003, 0.8), (2, 0.3), (3.01, 0.12)), 0.5, 0.35),
    "bell": lambda: _additive(2.0, ((1, 1), (2.76, 0.35), (5.4, 0.12)), 0.004, 2.6),
    "bass": lambda: _additive(1.2, ((1, 1), (2, 0.45), (3, 0.15)), 0.01, 2.2),
    "organ": lambda: _additive(2.0, ((0.5, 0.5), (1, 1), (2, 0.5), (3, 0.2)), 0.03, 0.8),
    "kick": _kick,
    "snare": _snare,
    "hat": _hat,
}
