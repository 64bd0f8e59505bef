"""How good one frame looks, in parts that each say one thing.

Works on luma in full size, no more than a middle part of large frames. Sources: blur by blurring
again (F. Crete et al., "The blur effect", 2007); noise by a Laplacian that edges cancel in
(J. Immerkær, "Fast noise variance estimation", 1996), as a median; blocks by steps at every eighth
line against those between (Z. Wang et al., "Blind measurement of blocking artifacts", 2000).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apollonia.analyze.seeing.brisque import Features, brisque_features

type Floats = NDArray[np.float32]

_MOST_HEIGHT, _MOST_WIDTH = 480, 640
_BLOCK = 8
_DARK, _BRIGHT = 18, 238
_COMB = 60.0
_MEDIAN_TO_SIGMA = 0.6745
_BRISQUE_SIDE = 320


@dataclass(frozen=True, slots=True)
class FrameQuality:
    """``blur`` 0 (sharp) to 1; ``noise`` sigma in 8-bit values; ``blocks`` 0 (none) upwards.

    ``mean`` and ``contrast`` of luma; ``crushed`` and ``blown`` shares of what is nearly black and
    white; ``combed`` the share of torn lines. ``features`` are what BRISQUE judges by.
    """

    blur: float
    noise: float
    blocks: float
    mean: float
    contrast: float
    crushed: float
    blown: float
    combed: float
    features: Features | None


def look_at(luma: NDArray[np.uint8]) -> FrameQuality:
    """All parts of one frame (h, w) uint8."""
    part = _middle(luma, _MOST_HEIGHT, _MOST_WIDTH)
    values = part.astype(np.float32)
    return FrameQuality(
        blur=_blur(values),
        noise=_noise(values),
        blocks=_blocks(part),
        mean=float(values.mean()),
        contrast=float(values.std()),
        crushed=float((part < _DARK).mean()),
        blown=float((part > _BRIGHT).mean()),
        combed=_combed(part),
        features=brisque_features(_middle(luma, _BRISQUE_SIDE, _BRISQUE_SIDE)),
    )


def _middle(luma: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Its middle, beginning where a block does."""
    top = max(0, (luma.shape[0] - height) // 2) // 16 * 16
    left = max(0, (luma.shape[1] - width) // 2) // 16 * 16
    return luma[top : top + height, left : left + width]


def _blur(values: Floats) -> float:
    """How little is lost by blurring it once more, along rows and columns; the worse of both."""
    if min(values.shape) < 12:
        return 0.0
    return max(_blur_along(values), _blur_along(np.ascontiguousarray(values.T)))


def _blur_along(values: Floats) -> float:
    sums = np.cumsum(values, axis=1)
    smooth = (sums[:, 9:] - sums[:, :-9]) / 9
    sharp = values[:, 5:-4]
    before = np.abs(np.diff(sharp, axis=1))
    lost = np.maximum(before - np.abs(np.diff(smooth, axis=1)), 0)
    total = float(before.sum())
    return (total - float(lost.sum())) / total if total > 0 else 0.0


def _noise(values: Floats) -> float:
    """Sigma; of flat synthetic pictures 0."""
    if min(values.shape) < 3:
        return 0.0
    rows = values[:-2] - 2 * values[1:-1] + values[2:]
    both = rows[:, :-2] - 2 * rows[:, 1:-1] + rows[:, 2:]
    lit = (values[1:-1, 1:-1] > _DARK) & (values[1:-1, 1:-1] < _BRIGHT)
    found = np.abs(both[lit]) if lit.mean() > 0.05 else np.abs(both).ravel()
    return float(np.median(found)) / _MEDIAN_TO_SIGMA / 6


def _blocks(part: NDArray[np.uint8]) -> float:
    return (_blocks_along(part) + _blocks_along(part.T)) / 2


def _blocks_along(part: NDArray[np.uint8]) -> float:
    """How much larger steps are at one of eight phases than usual."""
    if part.shape[1] < 4 * _BLOCK:
        return 0.0
    values = part.astype(np.int16)
    steps = np.abs(np.diff(values, axis=1))
    bent = np.abs(steps[:, 1:-1] - (steps[:, :-2] + steps[:, 2:]) / 2)  # edges of things are wider
    columns = bent.mean(axis=0)
    phases = np.array([columns[phase::_BLOCK].mean() for phase in range(_BLOCK)])
    usual = float(np.median(phases))
    return max(0.0, float(phases.max()) - usual) / (usual + 0.5)


def _combed(part: NDArray[np.uint8]) -> float:
    """The share of pixels that differ from both the line above and below, in one direction."""
    if part.shape[0] < 3:
        return 0.0
    values = part.astype(np.int16)
    up, down = values[1:-1] - values[:-2], values[1:-1] - values[2:]
    torn = (up * down.astype(np.int32) > _COMB) & (np.abs(values[:-2] - values[2:]) < 6)
    left = values[:, 1:-1] - values[:, :-2]
    right = values[:, 1:-1] - values[:, 2:]
    like = (left * right.astype(np.int32) > _COMB) & (np.abs(values[:, :-2] - values[:, 2:]) < 6)
    return max(0.0, float(torn.mean()) - float(like.mean()))
