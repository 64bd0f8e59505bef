"""Making pictures smaller, each pixel the mean of those it stands for."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_REC601 = np.array([0.299, 0.587, 0.114], np.float32)


def shrunk(image: NDArray[Any], height: int, width: int) -> NDArray[np.float32]:
    """(h, w) or (h, w, c) to ``height`` by ``width``; who is smaller already is repeated."""
    out = _along(np.asarray(image, np.float32), 0, height)
    return _along(out, 1, width)


def luma_of(rgb: NDArray[Any]) -> NDArray[np.float32]:
    """(…, 3) to (…): luma by ITU-R BT.601, on the scale of the input."""
    return np.asarray(rgb, np.float32) @ _REC601


def _along(image: NDArray[np.float32], axis: int, length: int) -> NDArray[np.float32]:
    have = image.shape[axis]
    if have == length:
        return image
    edges = np.arange(length) * have // length
    if have < length:
        return np.asarray(np.take(image, edges, axis=axis), np.float32)
    sums = np.add.reduceat(image, edges, axis=axis)
    counts = np.diff(np.append(edges, have)).astype(np.float32)
    shape = [1] * image.ndim
    shape[axis] = length
    return np.asarray(sums / counts.reshape(shape), np.float32)
