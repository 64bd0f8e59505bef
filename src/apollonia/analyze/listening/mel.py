"""The log-mel spectrogram that musicnn was trained on, in NumPy.

16 kHz; Hann windows of 512 samples, 256 apart, centred, the ends mirrored; power in 96 bands on
Slaney's mel scale from 0 to 8 kHz, each of equal area; log10(1 + 10,000 x). As in Pons and Serra,
"musicnn", 2019, which takes it from librosa; that rounds to half precision on the way, where loud
sound overflows, and this does not.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
WINDOW, HOP, BANDS = 512, 256, 96
PATCH_FRAMES = 187
PATCH_SAMPLES = PATCH_FRAMES * HOP
"""Samples that a patch stands for: just under 3 s."""

_COMPRESSION = 10_000.0
_AT_ONCE = 2048  # frames: 2 MiB of windows

type Floats = NDArray[np.float32]


def log_mel(samples: Floats) -> Floats:
    """From mono samples at 16 kHz, full scale 1, to (frames, 96): one frame for each 256 samples.

    Raises:
        ValueError: there are fewer than 257 samples, too few to mirror.
    """
    if len(samples) <= WINDOW // 2:
        raise ValueError(f"{len(samples)} samples are too few")
    padded = np.pad(samples, WINDOW // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    bands, hann = _bands(), _hann()
    found = np.empty((len(windows), BANDS), np.float32)
    for at in range(0, len(windows), _AT_ONCE):
        spectrum = np.fft.rfft(windows[at : at + _AT_ONCE] * hann, axis=1)
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
        found[at : at + _AT_ONCE] = power @ bands
    return np.log10(1.0 + np.float32(_COMPRESSION) * found)


def patches(samples: Floats) -> Floats:
    """(n, 187, 96) for the model: patches one after the other; the rest at the end is left out.

    Shorter sound is repeated until it fills one, as loops are.
    """
    if not len(samples):
        return np.empty((0, PATCH_FRAMES, BANDS), np.float32)
    if len(samples) < PATCH_SAMPLES:
        samples = np.resize(samples, PATCH_SAMPLES)
    frames = log_mel(samples)
    count = len(frames) // PATCH_FRAMES
    return frames[: count * PATCH_FRAMES].reshape(count, PATCH_FRAMES, BANDS)


@lru_cache(maxsize=1)
def _hann() -> Floats:
    turns = np.arange(WINDOW) / WINDOW
    return (0.5 - 0.5 * np.cos(2 * np.pi * turns)).astype(np.float32)


@lru_cache(maxsize=1)
def _bands() -> Floats:
    """(257, 96): triangles between neighbours on the mel scale, each of area 1 in Hz."""
    bins = np.fft.rfftfreq(WINDOW, 1 / RATE)
    edges = _to_hertz(np.linspace(0.0, _to_mel(RATE / 2), BANDS + 2))
    widths = np.diff(edges)
    slopes = edges[:, np.newaxis] - bins
    rising = -slopes[:-2] / widths[:-1, np.newaxis]
    falling = slopes[2:] / widths[1:, np.newaxis]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    area = 2.0 / (edges[2:] - edges[:-2])
    return (triangles * area[:, np.newaxis]).T.astype(np.float32)


_KNEE_HERTZ, _HERTZ_PER_MEL = 1000.0, 200.0 / 3.0
_LOG_STEP = np.log(6.4) / 27.0


def _to_mel(hertz: float) -> float:
    """Slaney's scale: even up to 1 kHz, logarithmic from there."""
    if hertz < _KNEE_HERTZ:
        return hertz / _HERTZ_PER_MEL
    return float(_KNEE_HERTZ / _HERTZ_PER_MEL + np.log(hertz / _KNEE_HERTZ) / _LOG_STEP)


def _to_hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    knee = _KNEE_HERTZ / _HERTZ_PER_MEL
    above = _KNEE_HERTZ * np.exp(_LOG_STEP * (np.maximum(mel, knee) - knee))
    return np.where(mel < knee, mel * _HERTZ_PER_MEL, above)
