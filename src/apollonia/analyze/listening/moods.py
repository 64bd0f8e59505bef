"""Mood: tags, and an estimate of valence and arousal.

The estimate is a weighted sum of cues through a logistic curve. Which cues speak for what follows
the literature on music and emotion (Eerola, Friberg and Bresin, "Emotional expression in music",
2013: mode and tempo for valence; tempo, loudness and register for arousal); the weights are set so
that an ordinary track lies near 0.5 and cues that agree reach about 0.1 and 0.9. No ratings by
people were at hand to fit them to: it is an estimate, and says how much it had to go by.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from apollonia.analyze.listening.scores import Heard, Meaning, Scores, ranked

_SUPPORT = 3.0
_LEAST, _SHARE, _MOST = 0.08, 0.4, 4

MOODS: Mapping[str, Meaning] = {
    "aggressive": Meaning(
        ("metal", "hard rock", "punk", "heavy metal"), ("metal",), ("Angry music",)
    ),
    "calm": Meaning(("chill", "chillout", "Mellow"), ("slow", "quiet", "soft"), ("Lullaby",)),
    "dark": Meaning((), ("weird",), ("Scary music",)),
    "dreamy": Meaning(("ambient",), ("ambient", "new age"), ("New-age music",)),
    "energetic": Meaning(("party", "dance"), ("fast", "loud", "beat"), ("Exciting music",)),
    "happy": Meaning(("happy", "catchy"), (), ("Happy music", "Music for children")),
    "romantic": Meaning(("sexy", "beautiful"), (), ("Tender music",)),
    "sad": Meaning(("sad",), (), ("Sad music",)),
}

_GLAD = Meaning(("happy", "party", "dance", "catchy", "funk"), (), ("Happy music",))
_SORRY = Meaning(("sad", "ambient", "metal"), ("slow",), ("Sad music", "Scary music"))
_AWAKE = Meaning(
    ("dance", "party", "rock", "metal", "punk", "electro", "House"),
    ("fast", "loud", "beat", "drums", "techno", "rock", "metal"),
    ("Exciting music",),
)
_AT_REST = Meaning(
    ("ambient", "chillout", "chill", "Mellow", "acoustic", "easy listening"),
    ("slow", "quiet", "soft", "ambient", "new age", "solo"),
    ("Lullaby", "Tender music"),
)

_USUAL_TEMPO, _TEMPO_STEP = 110.0, 35.0  # BPM
_USUAL_LOUDNESS, _LOUDNESS_STEP = -14.0, 6.0  # LUFS
_MOST_STEPS = 2.0
_VALENCE = {"tags": 5.0, "mode": 0.6, "tempo": 0.4, "loudness": 0.1}
_AROUSAL = {"tags": 5.0, "mode": 0.0, "tempo": 0.6, "loudness": 0.7}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """What other analysers found; ``None``: nothing."""

    tempo_bpm: float | None = None
    is_major: bool | None = None
    key_strength: float = 0.0
    loudness_lufs: float | None = None


@dataclass(frozen=True, slots=True)
class Feeling:
    """Estimates between 0 and 1; ``evidence``: the share of the cues that there were."""

    valence: float
    arousal: float
    evidence: float


def mood_scores(heard: Heard) -> Scores:
    """Each mood between 0 and 1."""
    return {name: meaning.score(heard, _SUPPORT) for name, meaning in MOODS.items()}


def moods(scores: Scores) -> list[str]:
    """Those that stand out, the strongest first."""
    return [name for name, _ in ranked(scores, least=_LEAST, share=_SHARE, most=_MOST)]


def feeling(heard: Heard, cues: Cues) -> Feeling:
    """Valence, from sad to glad, and arousal, from at rest to stirred: estimates."""
    steps = {
        "tempo": _steps(cues.tempo_bpm, _USUAL_TEMPO, _TEMPO_STEP),
        "loudness": _steps(cues.loudness_lufs, _USUAL_LOUDNESS, _LOUDNESS_STEP),
        "mode": _mode(cues),
    }
    glad = _GLAD.score(heard, _SUPPORT) - _SORRY.score(heard, _SUPPORT)
    awake = _AWAKE.score(heard, _SUPPORT) - _AT_REST.score(heard, _SUPPORT)
    known = 1 + sum(value is not None for value in steps.values())
    return Feeling(
        _logistic(_weighed(_VALENCE, glad, steps)),
        _logistic(_weighed(_AROUSAL, awake, steps)),
        known / (1 + len(steps)),
    )


def _weighed(weights: Mapping[str, float], tags: float, steps: Mapping[str, float | None]) -> float:
    return weights["tags"] * tags + sum(
        weights[name] * value for name, value in steps.items() if value is not None
    )


def _mode(cues: Cues) -> float | None:
    if cues.is_major is None:
        return None
    return (1.0 if cues.is_major else -1.0) * min(1.0, cues.key_strength)


def _steps(value: float | None, usual: float, step: float) -> float | None:
    if value is None:
        return None
    return max(-_MOST_STEPS, min(_MOST_STEPS, (value - usual) / step))


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-value))
