"""The models over samples: what musicnn and YAMNet answer for a sound's excerpts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apollonia.analyze.listening.mel import patches
from apollonia.analyze.runtimes.runtime import LoadedModel

YAMNET_SAMPLES = 15_600
"""What YAMNet hears at once: 0.975 s at 16 kHz."""

type Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tags:
    """Of each patch: (patches, 50) scores, and the mean of the 200 values before them."""

    scores: Floats
    embedding: Floats


@dataclass(frozen=True, slots=True)
class Sounds:
    """Of each frame: (frames, 521) scores; the mean embedding of 1,024 values."""

    scores: Floats
    embedding: Floats


def all_patches(excerpts: Iterable[Floats]) -> Floats:
    """(n, 187, 96): the log-mel patches of all excerpts at 16 kHz."""
    return np.concatenate([patches(samples) for samples in excerpts])


def tags_of(model: LoadedModel, given: Floats) -> Tags:
    """What a musicnn model answers for log-mel patches. Raises ``ValueError`` for none."""
    found = model.run(logmel=given)
    return Tags(found["tags"], found["penultimate"].mean(axis=0, dtype=np.float32))


def sounds_of(model: LoadedModel, excerpts: Sequence[Floats], most: int) -> Sounds:
    """What YAMNet answers: for all frames of the excerpts, or ``most`` evenly chosen ones."""
    frames = np.concatenate([_frames(samples) for samples in excerpts])
    if len(frames) > most:
        frames = frames[np.linspace(0, len(frames) - 1, most).round().astype(int)]
    found = model.run(waveform_binary=frames)
    scores = found["tower0/network/layer32/final_output"]
    return Sounds(
        scores, found["embedding"].reshape(len(frames), -1).mean(axis=0, dtype=np.float32)
    )


def _frames(samples: Floats) -> Floats:
    """(n, 15600): one after the other; shorter sound is repeated, the rest is left out."""
    if not len(samples):
        return np.empty((0, YAMNET_SAMPLES), np.float32)
    if len(samples) < YAMNET_SAMPLES:
        samples = np.resize(samples, YAMNET_SAMPLES)
    count = len(samples) // YAMNET_SAMPLES
    return samples[: count * YAMNET_SAMPLES].reshape(count, YAMNET_SAMPLES)
