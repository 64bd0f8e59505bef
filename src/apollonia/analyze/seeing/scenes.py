"""Scenes of a film from its joins: when they are, what stands for them, which make chapters."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from apollonia.analyze.seeing.joins import Join, JoinKind

_DARK = 30.0
_LEAST_FOR_CHAPTERS_S = 180.0
_CHAPTER_S = 300.0
_MOST_CHAPTERS = 30
_WEIGHT: dict[JoinKind, float] = {"fade": 3.0, "dissolve": 1.5, "cut": 0.0}


@dataclass(frozen=True, slots=True)
class Scene:
    """Seconds from the start of the film. ``kind``: how it begins, ``start`` for the first one.

    ``fade_s``: how long that takes. ``key_s``: when it shows what is typical of it.
    """

    start_s: float
    end_s: float
    kind: JoinKind | str
    fade_s: float
    key_s: float
    first_frame: int


def scenes_of(
    tiny: NDArray[np.uint8], times_s: NDArray[np.float64], end_s: float, joins: Sequence[Join]
) -> Sequence[Scene]:
    """Scenes one after the other without a gap; a gradual join is shared in its middle."""
    bounds = [0, *((join.start + join.end) // 2 for join in joins), len(times_s)]
    clear = [0, *(join.end for join in joins)]
    until = [*(join.start for join in joins), len(times_s)]
    found = []
    for index, (first, stop) in enumerate(pairwise(bounds)):
        join = joins[index - 1] if index else None
        key = _key_frame(tiny, clear[index], max(clear[index] + 1, until[index]))
        found.append(
            Scene(
                start_s=float(times_s[first]) if first else 0.0,
                end_s=float(times_s[stop]) if stop < len(times_s) else end_s,
                kind=join.kind if join else "start",
                fade_s=float(times_s[join.end] - times_s[join.start]) if join else 0.0,
                key_s=float(times_s[key]),
                first_frame=first,
            )
        )
    return found


def _key_frame(tiny: NDArray[np.uint8], first: int, stop: int) -> int:
    """The frame that is nearest to the mean of its scene, of those that are not dark."""
    stop = min(stop, len(tiny))
    first = min(first, stop - 1)
    step = max(1, (stop - first) // 64)
    numbers = np.arange(first, stop, step)
    some = tiny[numbers].astype(np.float32)
    far = np.abs(some - some.mean(axis=0)).mean(axis=1)
    far[some[:, : 32 * 18].mean(axis=1) < _DARK] += 255
    return int(numbers[int(far.argmin())])


def chapters_of(scenes: Sequence[Scene], joins: Sequence[Join], seconds: float) -> Sequence[float]:
    """Where chapters may begin, in seconds, with 0 first; none for short films.

    About one in five minutes, at the strongest joins: fades before dissolves before cuts.
    """
    if seconds < _LEAST_FOR_CHAPTERS_S or len(scenes) < 3:
        return []
    wanted = min(_MOST_CHAPTERS, max(2, round(seconds / _CHAPTER_S)))
    apart = seconds / wanted / 2
    ranked = sorted(
        zip(scenes[1:], joins, strict=True),
        key=lambda pair: (-_WEIGHT[pair[1].kind] - pair[1].strength / 255, pair[0].start_s),
    )
    chosen = [0.0]
    for scene, _ in ranked:
        far = all(abs(scene.start_s - other) >= apart for other in chosen)
        if far and seconds - scene.start_s >= apart:
            chosen.append(scene.start_s)
        if len(chosen) == wanted:
            break
    return sorted(chosen)
