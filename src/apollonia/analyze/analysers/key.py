"""Musical key: Essentia's ``KeyExtractor`` with the profile of electronic dance music (edma)."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from apollonia.analyze.analysers.essentia_algorithms import algorithms
from apollonia.analyze.material import Material
from apollonia.domain.musical_keys import camelot_of, name_of_key
from apollonia.media.sound.sound import Span

_SHORTEST_S = 5.0
_SURE = 0.7
_MOST_S = 600


class Key:
    """The key of what is held of the sound; of the longest span and those as long."""

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """``tonic``, ``scale``, ``name``, ``camelot``, ``open_key``; ``strength`` 0 to 1.

        ``facts`` name the key where the strength is 0.7 or more: noise and speech have none.
        """
        spans = material.sound().spans
        if sum(span.seconds for span in spans) < _SHORTEST_S:
            return {"why": "It is too short to have a key.", "facts": {}}
        tonic, scale, strength = _key_of(spans)
        camelot = camelot_of(f"{tonic} {scale}")
        if camelot is None:
            return {"why": f"{tonic} {scale} is no key.", "facts": {}}
        name = name_of_key(camelot)
        data = {
            "tonic": name.partition(" ")[0],
            "scale": scale,
            "name": name,
            "camelot": camelot,
            "open_key": open_key_of(camelot),
            "strength": round(strength, 3),
        }
        if strength < _SURE:
            return {**data, "why": "No key stands out.", "facts": {}}
        return {**data, "facts": {"key_name": name, "key_camelot": camelot}}


def open_key_of(camelot: str) -> str:
    """The same place in Open Key's numbers: ``8A`` is ``1m``, ``8B`` is ``1d``."""
    number = (int(camelot[:-1]) - 8) % 12 + 1
    return f"{number}{'m' if camelot[-1] == 'A' else 'd'}"


def _key_of(spans: tuple[Span, ...]) -> tuple[str, str, float]:
    """Of the joined spans: the extractor averages over time."""
    samples = [span.mono_44k for span in spans]
    joined = samples[0] if len(samples) == 1 else np.concatenate(samples)
    tonic, scale, strength = algorithms().KeyExtractor(profileType="edma")(joined)
    return str(tonic), str(scale), float(strength)
