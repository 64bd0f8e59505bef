"""How strongly something begins, a hundred times a second, in five bands.

Half-wave rectified spectral flux of compressed magnitudes (Bello et al., "A tutorial on onset
detection in music signals", 2005).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from apollonia.media.sound.sound import MODEL_RATE, Samples, Span

RATE = 100
_HOP = MODEL_RATE // RATE
_FFT = 512
_EDGES = (1, 7, 16, 48, 128, 257)  # bins of 31.25 Hz: up to 0.2, 0.5, 1.5, 4 and 8 kHz
_GAMMA = 10.0
_CHUNK = 6_000

type Curves = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Onsets:
    """``bands``: (moments, 5), from the lowest band to the highest."""

    bands: Curves

    @property
    def all(self) -> Curves:
        """All bands together."""
        total: Curves = self.bands.sum(axis=1)
        return total

    @property
    def body(self) -> Curves:
        """Without the highest band, where hi-hats and shakers are."""
        total: Curves = self.bands[:, :4].sum(axis=1)
        return total

    def near(self, curve: Curves, times: NDArray[np.float64]) -> Curves:
        """The highest value of a curve within 40 ms of these times, in seconds."""
        places = np.round(times * RATE).astype(int)
        around = places[:, np.newaxis] + np.arange(-4, 5)
        found: Curves = curve[np.clip(around, 0, len(curve) - 1)].max(axis=1)
        return found


def onsets_of(span: Span) -> Onsets:
    """Of one span."""
    samples = span.mono_16k
    if len(samples) < _FFT:
        return Onsets(np.zeros((1, len(_EDGES) - 1), np.float32))
    window = np.hanning(_FFT).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FFT)[::_HOP]
    parts, before = [], None
    for first in range(0, len(frames), _CHUNK):
        flux, before = _flux(frames[first : first + _CHUNK] * window, before)
        parts.append(flux)
    return Onsets(np.concatenate(parts))


def _flux(frames: Samples, before: Curves | None) -> tuple[Curves, Curves]:
    """Rises over two steps; ``before``: the last two spectra of the part before."""
    found = np.log1p(_GAMMA * np.abs(np.fft.rfft(frames, axis=1)).astype(np.float32))
    if before is None:
        before = np.repeat(found[:1], 2, axis=0)
    joined = np.concatenate((before, found))
    rise = np.maximum(0.0, joined[2:] - joined[:-2])
    bands = [rise[:, low:high].mean(axis=1) for low, high in pairwise(_EDGES)]
    return np.stack(bands, axis=1).astype(np.float32), joined[-2:]
