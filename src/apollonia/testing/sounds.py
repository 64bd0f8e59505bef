"""Sounds for tests, by NumPy: float arrays (channels, samples), full scale is 1."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

type Waves = NDArray[np.floating]


def tone(hertz: float, seconds: float, rate: int, amplitude: float) -> Waves:
    """A sine, one channel, without the first axis."""
    return amplitude * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def write_sound(path: Path, waves: Waves, rate: int, subtype: str | None = None) -> Path:
    """WAV, FLAC, OGG or MP3, by the extension; ``subtype`` as libsndfile calls it."""
    import soundfile  # type: ignore[import-untyped]  # noqa: PLC0415 - with librosa; tests only

    soundfile.write(path, waves.T, rate, subtype=subtype)
    return path
