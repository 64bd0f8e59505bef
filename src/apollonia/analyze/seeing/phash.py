"""Perceptual hashes of 64 bits: pictures that look the same differ in few of them.

Signs of the lowest frequencies of a 32 by 32 picture against their median (C. Zauner,
"Implementation and Benchmarking of Perceptual Image Hash Functions", 2010).
"""

import numpy as np
from numpy.typing import NDArray

from apollonia.analyze.seeing.resize import luma_of, shrunk

_SIDE, _KEPT = 32, 8
_FLAT = 2.0  # spread of luma below which a picture shows nothing


def perceptual_hash(rgb: NDArray[np.uint8]) -> str:
    """16 hexadecimal digits for (h, w, 3); all zero for a picture of one colour."""
    small = shrunk(luma_of(rgb), _SIDE, _SIDE)
    if float(small.std()) < _FLAT:
        return "0" * 16
    basis = _cosines()
    waves = (basis @ small @ basis.T).ravel()
    rest = waves[1:]  # the first is how light it is
    bits = np.concatenate(([False], rest > np.median(rest)))
    return np.packbits(bits).tobytes().hex()


def _cosines() -> NDArray[np.float32]:
    """The first rows of the DCT-II of 32 values."""
    rows, at = np.arange(_KEPT)[:, np.newaxis], np.arange(_SIDE)[np.newaxis]
    return np.cos(np.pi * rows * (2 * at + 1) / (2 * _SIDE)).astype(np.float32)
