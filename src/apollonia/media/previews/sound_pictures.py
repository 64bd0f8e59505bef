"""What a sound looks like: its outline in time, and its frequencies."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from apollonia.media.film.film import Rgb
from apollonia.media.previews.encoding import webp
from apollonia.media.previews.previews import PreviewLimits
from apollonia.media.sniffing.content import Content
from apollonia.media.sound.decode import decode_sound
from apollonia.media.sound.sound import RATE, Sound, SoundLimits

_WIDTH, _HEIGHT = 1200, 160
_ROWS = 256
_WINDOW = 2048
_LOWEST_HZ = 40.0
_RANGE_DB = 80.0
_INK, _PAPER = np.array([38, 103, 255], np.uint8), np.array([246, 247, 249], np.uint8)
_COLOURS = np.array(
    [[0, 0, 8], [50, 12, 92], [140, 41, 98], [221, 81, 58], [252, 165, 10], [252, 255, 164]],
    np.float32,
)


def make_sound_pictures(content: Content, limits: PreviewLimits) -> Mapping[str, bytes]:
    """Waveform of the whole sound, spectrogram of its first ten minutes, both as WebP."""
    sound = decode_sound(content, SoundLimits(held_s=600, time_limit_s=limits.time_limit_s))
    return {
        "waveform.webp": webp(_waveform(sound.measures.low, sound.measures.high), 80),
        "spectrogram.webp": webp(_spectrogram(sound), 75),
    }


def _waveform(low: NDArray[np.float32], high: NDArray[np.float32]) -> Rgb:
    image = np.broadcast_to(_PAPER, (_HEIGHT, _WIDTH, 3)).copy()
    if not len(low):
        return image
    edges = np.linspace(0, len(low), _WIDTH + 1).astype(int)
    middle = _HEIGHT / 2
    rows = np.arange(_HEIGHT)
    for column, (first, stop) in enumerate(pairwise(edges.tolist())):
        part = slice(min(first, len(low) - 1), max(stop, min(first, len(low) - 1) + 1))
        top = middle - float(np.clip(high[part].max(), 0, 1)) * middle
        bottom = middle - float(np.clip(low[part].min(), -1, 0)) * middle
        image[(rows >= min(top, middle - 1)) & (rows <= max(bottom, middle)), column] = _INK
    return image


def _spectrogram(sound: Sound) -> Rgb:
    mono = np.concatenate([span.mono_44k for span in sound.spans])
    mono = mono[: 600 * RATE]
    if len(mono) < _WINDOW:
        mono = np.pad(mono, (0, _WINDOW - len(mono)))
    starts = np.linspace(0, len(mono) - _WINDOW, _WIDTH).astype(int)
    window = np.hanning(_WINDOW).astype(np.float32)
    power = np.abs(np.fft.rfft(np.stack([mono[at : at + _WINDOW] for at in starts]) * window)) ** 2
    hertz = np.geomspace(_LOWEST_HZ, RATE / 2, _ROWS)
    bins = np.clip(np.round(hertz * _WINDOW / RATE).astype(int), 1, power.shape[1] - 1)
    db = 10 * np.log10(power[:, bins].T[::-1] + 1e-10)
    share = np.clip((db - db.max()) / _RANGE_DB + 1, 0, 1)
    at = share * (len(_COLOURS) - 1)
    below = np.clip(at.astype(int), 0, len(_COLOURS) - 2)
    part = (at - below)[..., np.newaxis]
    return np.asarray(_COLOURS[below] * (1 - part) + _COLOURS[below + 1] * part, np.uint8)
