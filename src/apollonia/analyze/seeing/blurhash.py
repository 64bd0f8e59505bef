"""A picture in some thirty characters, to be shown until the real one is there.

The format is Wolt's BlurHash: a few cosines in linear light, written in base 83.
"""

import numpy as np
from numpy.typing import NDArray

from apollonia.analyze.seeing.resize import shrunk

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
_SIDE = 32


def blurhash(rgb: NDArray[np.uint8], across: int = 4, down: int = 3) -> str:
    """``across`` by ``down`` (1 to 9 each) parts of (h, w, 3) uint8."""
    light = _linear(np.asarray(shrunk(rgb, _SIDE, _SIDE) / 255, np.float32))
    parts = _parts(light, across, down)
    average, rest = parts[0], parts[1:]
    written = [_base83(across - 1 + (down - 1) * 9, 1)]
    if len(rest):
        largest = float(np.abs(rest).max())
        step = int(np.clip(np.floor(largest * 166 - 0.5), 0, 82))
        scale = (step + 1) / 166
        written.append(_base83(step, 1))
    else:
        scale = 1.0
        written.append(_base83(0, 1))
    r, g, b = (round(float(v) * 255) for v in np.clip(_gamma(average), 0, 1))
    written.append(_base83(r << 16 | g << 8 | b, 4))
    for part in rest:
        signed = np.sign(part) * np.sqrt(np.abs(part / scale))
        q = np.clip(np.floor(signed * 9 + 9.5), 0, 18).astype(int)
        written.append(_base83(int(q[0] * 19 * 19 + q[1] * 19 + q[2]), 2))
    return "".join(written)


def _parts(light: NDArray[np.float32], across: int, down: int) -> NDArray[np.float32]:
    """(across by down, 3): how much of each cosine there is, rows first."""
    at = (np.arange(_SIDE) + 0.5) / _SIDE
    x = np.cos(np.pi * np.arange(across)[:, np.newaxis] * at)
    y = np.cos(np.pi * np.arange(down)[:, np.newaxis] * at)
    parts = np.einsum("jh,iw,hwc->jic", y, x, light) / _SIDE**2
    weights = np.full((down, across, 1), 2.0)
    weights[0, 0] = 1.0
    return np.asarray((parts * weights).reshape(-1, 3), np.float32)


def _linear(value: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4))


def _gamma(value: NDArray[np.float32]) -> NDArray[np.float32]:
    value = np.clip(value, 0, 1)
    return np.asarray(
        np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055)
    )


def _base83(value: int, digits: int) -> str:
    return "".join(_DIGITS[value // 83 ** (digits - n - 1) % 83] for n in range(digits))
