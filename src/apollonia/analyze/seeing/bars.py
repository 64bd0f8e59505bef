"""Black bars: how much of a picture is never lit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apollonia.analyze.seeing.resize import luma_of

_BLACK = 28.0
_LIT = 40.0
_LEAST_STILLS = 3
_MOST = 0.4
_NOISE_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Bars:
    """Shares of height (``top``, ``bottom``) and width (``left``, ``right``), 0 to 0.4 each."""

    top: float
    bottom: float
    left: float
    right: float


def black_bars(stills: Sequence[NDArray[np.uint8]]) -> Bars | None:
    """What is black in all of them while the middle is not; ``None``: too little is lit to say."""
    lumas = [luma_of(still) for still in stills]
    lit = [luma for luma in lumas if float(luma.mean()) > _LIT]
    if len(lit) < min(_LEAST_STILLS, len(stills)) or not lit:
        return None
    brightest = np.max(lit, axis=0)
    rows = (brightest > _BLACK).mean(axis=1) > _NOISE_SHARE
    columns = (brightest > _BLACK).mean(axis=0) > _NOISE_SHARE
    top, bottom = _margins(rows)
    left, right = _margins(columns)
    return Bars(top, bottom, left, right)


def _margins(lit: NDArray[np.bool_]) -> tuple[float, float]:
    """How much is dark at both ends, if that is a bar and no dark picture."""
    at = np.flatnonzero(lit)
    if not len(at):
        return 0.0, 0.0
    first, last = float(at[0]) / len(lit), float(len(lit) - 1 - at[-1]) / len(lit)
    return (round(first, 4) if first <= _MOST else 0.0, round(last, 4) if last <= _MOST else 0.0)
