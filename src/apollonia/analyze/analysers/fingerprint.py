"""Acoustic fingerprint: Chromaprint (acoustid.org), by Essentia's ``Chromaprinter``."""

from base64 import b64encode, urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

import numpy as np

from apollonia.analyze.analysers.chromaprint_code import raw_of
from apollonia.analyze.analysers.essentia_algorithms import algorithms
from apollonia.analyze.material import Material

_SHORTEST_S = 3.0


class Fingerprint:
    """Of what is held from the first span on; the same recording gives nearly the same."""

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """``chromaprint``: little-endian uint32 in base64, about 8 a second."""
        sound = material.sound()
        span = sound.spans[0]
        if span.seconds < _SHORTEST_S:
            return {"why": "It is too short for a fingerprint.", "facts": {}}
        printed = algorithms().Chromaprinter()(span.mono_44k)
        words = raw_of(urlsafe_b64decode(printed + "=" * (-len(printed) % 4)))
        return {
            "chromaprint": b64encode(np.asarray(words, "<u4").tobytes()).decode("ascii"),
            "start_ms": round(span.start_s * 1000),
            "duration_ms": round(sound.seconds * 1000),
            "facts": {},
        }
