"""Embeddings as they travel: little-endian float32 in base64."""

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray


def embedding_data(model: str, values: NDArray[np.float32]) -> dict[str, Any]:
    """``model`` and version, ``dimensions``, and ``values``."""
    packed = np.ascontiguousarray(values, "<f4")
    return {
        "model": model,
        "dimensions": len(packed),
        "values": base64.b64encode(packed.tobytes()).decode(),
    }


def embedding_values(data: dict[str, Any]) -> NDArray[np.float32]:
    """What ``embedding_data`` packed. Raises ``KeyError``, ``ValueError`` for anything else."""
    values = np.frombuffer(base64.b64decode(data["values"], validate=True), "<f4")
    if len(values) != data["dimensions"]:
        raise ValueError(f"{len(values)} values and not {data['dimensions']}")
    return values
