"""Stretches of a film in which nothing is seen, or nothing moves."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_LUMA = 32 * 18
_BLACK_MEAN, _BLACK_SPREAD = 24.0, 5.0
_STILL = 0.12  # mean difference of 8-bit values from frame to frame
_LEAST_BLACK_S, _LEAST_FROZEN_S = 0.5, 3.0

type Stretch = tuple[float, float]
"""Start and end in seconds."""


def black_stretches(
    tiny: NDArray[np.uint8], times_s: NDArray[np.float64], end_s: float
) -> Sequence[Stretch]:
    """Where it is black for half a second or longer."""
    luma = tiny[:, :_LUMA]
    dark = (luma.mean(axis=1) < _BLACK_MEAN) & (luma.std(axis=1) < _BLACK_SPREAD)
    return _stretches(dark, times_s, end_s, _LEAST_BLACK_S)


def frozen_stretches(
    tiny: NDArray[np.uint8], times_s: NDArray[np.float64], end_s: float
) -> Sequence[Stretch]:
    """Where one picture, not a black one, stands for three seconds or longer."""
    still = np.zeros(len(tiny), bool)
    for at in range(1, len(tiny), 4096):
        now = tiny[at : at + 4096].astype(np.int16)
        before = tiny[at - 1 : at - 1 + len(now)].astype(np.int16)
        still[at : at + len(now)] = np.abs(now - before).mean(axis=1) < _STILL
    luma = tiny[:, :_LUMA]
    still &= ~((luma.mean(axis=1) < _BLACK_MEAN) & (luma.std(axis=1) < _BLACK_SPREAD))
    return _stretches(still, times_s, end_s, _LEAST_FROZEN_S)


def _stretches(
    flags: NDArray[np.bool_], times_s: NDArray[np.float64], end_s: float, least_s: float
) -> Sequence[Stretch]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    found = []
    for first, stop in zip(edges[::2], edges[1::2], strict=True):
        start = float(times_s[first])
        end = float(times_s[stop]) if stop < len(times_s) else max(end_s, start)
        if end - start >= least_s:
            found.append((round(start, 3), round(end, 3)))
    return found
