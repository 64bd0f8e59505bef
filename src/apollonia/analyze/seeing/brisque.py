"""BRISQUE: how natural the statistics of a picture are, judged by a regression on people's votes.

A. Mittal, A. Moorthy and A. Bovik, "No-reference image quality assessment in the spatial domain",
2012; the model is OpenCV's (LIVE), and so are the details that the paper leaves open.
"""

from dataclasses import dataclass
from functools import cache
from math import gamma

import numpy as np
from numpy.typing import NDArray

type Features = NDArray[np.float64]
type Floats = NDArray[np.float32]

FEATURES = 36
_LEAST_SIDE = 32
_SHIFTS = ((0, 1), (1, 0), (1, 1), (1, -1))


@dataclass(frozen=True, slots=True)
class BrisqueModel:
    """Support vectors (n, 36), their weights (n,), ``rho``, ``gamma``, and the range (2, 36)."""

    vectors: NDArray[np.float32]
    alpha: NDArray[np.float64]
    rho: float
    gamma: float
    bounds: NDArray[np.float32]

    def score(self, features: Features) -> float:
        """0 (best) to 100."""
        low, high = self.bounds.astype(np.float64)
        scaled = -1 + 2 * (features - low) / (high - low)
        apart = ((self.vectors - scaled) ** 2).sum(axis=1)
        value = float(self.alpha @ np.exp(-self.gamma * apart)) - self.rho
        return min(100.0, max(0.0, value))


def brisque_features(luma: NDArray[np.uint8]) -> Features | None:
    """36 numbers of (h, w) uint8 in two sizes; ``None``: too small, or of one colour."""
    if min(luma.shape) < 2 * _LEAST_SIDE or int(luma.max()) - int(luma.min()) < 4:
        return None
    image = np.asarray(luma / 255, np.float32)
    return np.concatenate([_of_one_size(image), _of_one_size(_halved(image))])


def _of_one_size(image: Floats) -> Features:
    found: list[float] = []
    normal = _normalised(image)
    shape, left, right, _ = _fit(normal)
    found += [shape, (left**2 + right**2) / 2]
    for down, across in _SHIFTS:
        product = normal * np.roll(normal, (down, across), axis=(0, 1))
        shape, left, right, ratio = _fit(product)
        mean = (right - left) * ratio
        found += [shape, mean, left**2, right**2]
    return np.array(found)


def _normalised(image: Floats) -> Floats:
    """Without local mean, by local contrast."""
    mean = _smooth(image)
    spread = np.sqrt(np.maximum(_smooth(image * image) - mean * mean, 0))
    return np.asarray((image - mean) / (spread + 1 / 255), np.float32)


def _smooth(image: Floats) -> Floats:
    """A Gaussian of 7 by 7, sigma 7/6; what lies beyond the edge is the edge mirrored."""
    at = np.arange(-3, 4)
    weights = np.exp(-(at**2) / (2 * (7 / 6) ** 2))
    weights = (weights / weights.sum()).astype(np.float32)
    padded = np.pad(image, ((3, 3), (0, 0)), "reflect")
    rows = sum(w * padded[n : n + image.shape[0]] for n, w in enumerate(weights))
    padded = np.pad(rows, ((0, 0), (3, 3)), "reflect")
    return np.asarray(sum(w * padded[:, n : n + image.shape[1]] for n, w in enumerate(weights)))


def _fit(values: Floats) -> tuple[float, float, float, float]:
    """Shape, sigmas left and right, and the mean's factor of an asymmetric generalised Gaussian."""
    negative, positive = values[values < 0], values[values > 0]
    left = float(np.sqrt(np.mean(negative**2))) if len(negative) else 1e-6
    right = float(np.sqrt(np.mean(positive**2))) if len(positive) else 1e-6
    ratio = left / right
    mean_abs = float(np.abs(values).mean()) ** 2
    r = mean_abs / max(float((values**2).mean()), 1e-12)
    wanted = r * (ratio**3 + 1) * (ratio + 1) / (ratio**2 + 1) ** 2
    shapes, curve = _curve()
    shape = float(shapes[int(np.argmin((curve - wanted) ** 2))])
    factor = np.sqrt(gamma(1 / shape) / gamma(3 / shape)) * gamma(2 / shape) / gamma(1 / shape)
    return shape, left, right, float(factor)


@cache
def _curve() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the ratio of moments is for each shape, 0.2 to 10."""
    shapes = np.arange(0.2, 10.0, 0.001)
    curve = np.array([gamma(2 / s) ** 2 / (gamma(1 / s) * gamma(3 / s)) for s in shapes])
    return shapes, curve


def _halved(image: Floats) -> Floats:
    """By bicubic interpolation (a = -0.75), at the middle of each four."""
    weights = np.array([-3, 19, 19, -3], np.float32) / 32
    height, width = image.shape[0] // 2 * 2, image.shape[1] // 2 * 2
    padded = np.pad(image[:height], ((1, 1), (0, 0)), "edge")
    rows = sum(w * padded[n : n + height : 2] for n, w in enumerate(weights))
    padded = np.pad(rows[:, :width], ((0, 0), (1, 1)), "edge")
    return np.asarray(sum(w * padded[:, n : n + width : 2] for n, w in enumerate(weights)))
