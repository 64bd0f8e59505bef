"""Genres of music, by three models together."""

from collections.abc import Mapping
from typing import Any

from apollonia.analyze.analysers.heard import heard
from apollonia.analyze.listening.genres import genre_scores, genres
from apollonia.analyze.listening.scores import ranked, rounded
from apollonia.analyze.material import Material

_TOLD = 8


class Genre:
    """Nothing for sound that is no music."""

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """``facts.genres``, the strongest first; ``scores`` of the first eight."""
        found = heard(material)
        if found is None:
            return {"facts": {"genres": []}}
        scores = genre_scores(found)
        return {
            "facts": {"genres": genres(scores)},
            "scores": rounded(ranked(scores, least=0.0, share=0.0, most=_TOLD)),
        }
