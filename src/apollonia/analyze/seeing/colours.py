"""The colours that a picture is made of, as a person would name them: groups in OKLab."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apollonia.analyze.seeing.resize import shrunk

_SIDE = 48
_ROUNDS = 12
_SAME = 0.06  # distance in OKLab below which two colours are one


@dataclass(frozen=True, slots=True)
class Colour:
    """``hex`` as ``#rrggbb``; ``share`` of the picture, 0 to 1."""

    hex: str
    share: float


def dominant_colours(rgb: NDArray[np.uint8], most: int = 6) -> Sequence[Colour]:
    """At most ``most`` colours of (h, w, 3), the most frequent first; always the same."""
    pixels = np.asarray(shrunk(rgb, _SIDE, _SIDE).reshape(-1, 3) / 255, np.float32)
    points = _oklab(pixels)
    centres = _grouped(points, _spread_out(points, most))
    nearest = _nearest(points, centres)
    shares = np.bincount(nearest, minlength=len(centres)) / len(points)
    found = []
    for index in np.argsort(-shares, kind="stable"):
        members = pixels[nearest == index]
        if len(members):
            r, g, b = (int(v) for v in np.round(members.mean(axis=0) * 255))
            found.append(Colour(f"#{r:02x}{g:02x}{b:02x}", round(float(shares[index]), 3)))
    return found


def _spread_out(points: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """First the mean, then each time the point that is farthest from all chosen ones."""
    chosen = [points.mean(axis=0)]
    far = np.linalg.norm(points - chosen[0], axis=1)
    while len(chosen) < most and float(far.max()) > _SAME:
        chosen.append(points[int(far.argmax())])
        far = np.minimum(far, np.linalg.norm(points - chosen[-1], axis=1))
    return np.array(chosen)


def _grouped(points: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lloyd's rounds; groups that come close become one."""
    for _ in range(_ROUNDS):
        nearest = _nearest(points, centres)
        means = [
            points[nearest == n].mean(axis=0) for n in range(len(centres)) if (nearest == n).any()
        ]
        kept: list[NDArray[np.float64]] = []
        for mean in means:
            if all(np.linalg.norm(mean - other) > _SAME for other in kept):
                kept.append(mean)
        centres = np.array(kept)
    return centres


def _nearest(points: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.intp]:
    return ((points[:, np.newaxis] - centres) ** 2).sum(axis=2).argmin(axis=1)


def _oklab(rgb: NDArray[np.float32]) -> NDArray[np.float64]:
    """Björn Ottosson's OKLab of sRGB 0 to 1."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    to_lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return np.asarray(np.cbrt(linear @ to_cones.T) @ to_lab.T, np.float64)
