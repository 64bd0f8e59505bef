"""Mood: tags, and an estimate of valence, arousal and energy."""

from collections.abc import Mapping
from typing import Any

from apollonia.analyze.analyser import NotAvailableError
from apollonia.analyze.analysers.heard import heard
from apollonia.analyze.listening.moods import Cues, feeling, mood_scores, moods
from apollonia.analyze.listening.scores import rounded
from apollonia.analyze.material import Material
from apollonia.errors import Poison


class Mood:
    """Nothing for sound that is no music. It goes by tempo, key and loudness where they are."""

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """``facts``: ``moods``, ``valence``, ``arousal``, ``energy``; ``scores`` of the moods.

        ``estimate`` is true: nobody was asked. ``evidence``: the share of the cues there were.
        """
        found = heard(material)
        if found is None:
            return {"facts": {"moods": []}}
        scores = mood_scores(found)
        felt = feeling(found, _cues(material))
        return {
            "facts": {
                "moods": moods(scores),
                "valence": round(felt.valence, 3),
                "arousal": round(felt.arousal, 3),
            },
            "scores": rounded(scores.items()),
            "estimate": True,
            "evidence": felt.evidence,
        }


def _cues(material: Material) -> Cues:
    tempo, key, loudness = (_told(material, name) for name in ("tempo", "key", "loudness"))
    scale = key.get("scale")
    return Cues(
        tempo_bpm=tempo.get("facts", {}).get("tempo_bpm"),
        is_major=None if scale is None else scale == "major",
        key_strength=float(key.get("strength") or 0.0),
        loudness_lufs=loudness.get("facts", {}).get("loudness_lufs"),
    )


def _told(material: Material, name: str) -> Mapping[str, Any]:
    """What another analyser found; nothing where it could not, or is off."""
    try:
        return material.found(name)
    except (KeyError, NotAvailableError, Poison):
        return {}
