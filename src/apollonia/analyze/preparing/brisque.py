"""OpenCV's BRISQUE model as arrays: its support vectors and the range of its features.

Arrays of the ``.npz``: ``sv`` (774, 36) float32, ``alpha`` (774,) float64, ``rho`` and ``gamma``
float64, ``range`` (2, 36) float32, least above greatest.
"""

import re
from pathlib import Path

import numpy as np

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"


def convert_brisque(model: Path, ranges: Path, target: Path) -> None:
    """Write both as one ``.npz``.

    Raises:
        ValueError: they are not OpenCV's files of this model.
    """
    text = model.read_text("ascii")
    count, total = int(_value(text, "var_count")), int(_value(text, "sv_total"))
    vectors = _numbers(_between(text, "support_vectors:", "decision_functions:"))
    alpha = _numbers(_between(text, "alpha:", None))
    bounds = _numbers(_between(ranges.read_text("ascii"), "data:", None))
    if len(vectors) != count * total or len(alpha) != total or len(bounds) != 2 * count:
        raise ValueError(f"{model.name} or {ranges.name} is not of the form that OpenCV writes")
    with target.open("wb") as file:
        np.savez_compressed(
            file,
            sv=np.array(vectors, np.float32).reshape(total, count),
            alpha=np.array(alpha, np.float64),
            rho=np.float64(_value(text, "rho")),
            gamma=np.float64(_value(text, "gamma")),
            range=np.array(bounds, np.float32).reshape(2, count),
        )


def _value(text: str, name: str) -> float:
    found = re.search(rf"\b{name}:\s*({_NUMBER})", text)
    if found is None:
        raise ValueError(f"there is no {name} in it")
    return float(found[1])


def _between(text: str, begin: str, end: str | None) -> str:
    _, found, rest = text.partition(begin)
    if not found:
        raise ValueError(f"there is no {begin} in it")
    return rest.partition(end)[0] if end else rest.partition("]")[0]


def _numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(_NUMBER, text)]
