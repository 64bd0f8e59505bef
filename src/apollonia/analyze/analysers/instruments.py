"""Instruments that are heard, and whether somebody sings."""

from collections.abc import Mapping
from typing import Any

from apollonia.analyze.analysers.heard import heard
from apollonia.analyze.listening.instruments import (
    instrument_scores,
    instruments,
    vocal_share,
    voice,
)
from apollonia.analyze.listening.scores import ranked, rounded
from apollonia.analyze.material import Material

_TOLD = 8


class Instruments:
    """Nothing for sound that is no music."""

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """``facts.instruments`` and ``facts.voice``; ``scores``; ``vocal_share`` from 0 to 1."""
        found = heard(material)
        if found is None:
            return {"facts": {"instruments": []}}
        scores, share = instrument_scores(found), vocal_share(found)
        return {
            "facts": {"instruments": instruments(scores), "voice": voice(share)},
            "scores": rounded(ranked(scores, least=0.0, share=0.0, most=_TOLD)),
            "vocal_share": round(share, 4),
        }
