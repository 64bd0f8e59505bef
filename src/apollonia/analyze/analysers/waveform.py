"""Peaks for drawing a wave form, in three zooms."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import numpy as np

from apollonia.analyze.material import Material

ZOOMS = (200, 1_000, 5_000)


class Waveform:
    """Bounded whatever the length: the finest zoom has 5,000 points."""

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """``zooms``: for each count of points, ``peaks``: int8 pairs (lowest, highest) in base64.

        127 is full scale. No zoom has more points than there are stretches of 50 ms.
        """
        sound = material.sound()
        low, high = sound.measures.low, sound.measures.high
        zooms: list[dict[str, Any]] = []
        for points in ZOOMS:
            count = min(points, len(low))
            if not count or (zooms and count <= zooms[-1]["points"]):
                continue
            edges = np.linspace(0, len(low), count + 1).astype(int)[:-1]
            pairs = np.stack(
                (np.minimum.reduceat(low, edges), np.maximum.reduceat(high, edges)), axis=1
            )
            scaled = np.clip(np.round(pairs * 127), -127, 127).astype("i1")
            packed = b64encode(scaled.tobytes()).decode("ascii")
            zooms.append({"points": count, "peaks": packed})
        return {"seconds": round(sound.seconds, 3), "zooms": zooms, "facts": {}}
