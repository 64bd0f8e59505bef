"""Speech, music or something else: by YAMNet, frame by frame."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

type SoundKind = Literal["speech", "music", "other"]

_SPEECH = frozenset(
    {
        "Speech",
        "Child speech, kid speaking",
        "Conversation",
        "Narration, monologue",
        "Speech synthesizer",
        "Whispering",
        "Shout",
        "Babbling",
    }
)
_MUSIC_FIRST, _MUSIC_LAST = "Music", "Scary music"  # the part of AudioSet's tree below "Music"
_ALSO_MUSIC = frozenset({"Singing", "Choir", "Chant", "Mantra", "Child singing", "Humming"})
_NEITHER = frozenset({"Silence", "Inside, small room", "Inside, large room or hall"})
_SILENT = 0.1
"""Frames in which nothing scores as high say nothing."""


def kind_shares(scores: NDArray[np.float32], labels: Sequence[str]) -> dict[SoundKind, float]:
    """How much of (frames, 521) is each: shares that add up to 1, or nothing but ``other``."""
    music = _between(labels, _MUSIC_FIRST, _MUSIC_LAST) | _where(labels, _ALSO_MUSIC)
    speech = _where(labels, _SPEECH)
    other = ~(music | speech | _where(labels, _NEITHER))
    found = np.stack([scores[:, which].max(axis=1) for which in (speech, music, other)], axis=1)
    telling = found[found.max(axis=1) >= _SILENT]
    if not len(telling):
        return {"speech": 0.0, "music": 0.0, "other": 1.0}
    shares = (telling / telling.sum(axis=1, keepdims=True)).mean(axis=0)
    return {"speech": float(shares[0]), "music": float(shares[1]), "other": float(shares[2])}


def sound_kind(shares: dict[SoundKind, float]) -> SoundKind:
    """The one with the largest share."""
    return max(shares, key=lambda kind: shares[kind])


def _where(labels: Sequence[str], wanted: frozenset[str]) -> NDArray[np.bool_]:
    return np.array([label in wanted for label in labels])


def _between(labels: Sequence[str], first: str, last: str) -> NDArray[np.bool_]:
    begin, end = labels.index(first), labels.index(last)
    return np.array([begin <= number <= end for number in range(len(labels))])
