"""Measures of all samples of all channels, second by second, in little memory."""

import math

import numpy as np
from numpy.typing import NDArray

from apollonia.media.sound.sound import Measures, Samples

_FFT = 4096
_FRAMES_A_SECOND = 4
_EXTREMES_A_SECOND = 20
_AT_PEAK = 0.999
_NEAR_PEAK = 0.97
_RUN = 3
_FLOOR = 1e-12
_MOST_SPECTRUM_S = 1200


class Measurer:
    """Fed with float32 arrays (channels, samples), about a second each, at one rate."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._window = np.hanning(_FFT).astype(np.float32)
        self._power = np.zeros(_FFT // 2 + 1, np.float64)
        self._frames = 0
        self._seconds = 0
        self._samples = 0
        self._square = 0.0
        self._sum = 0.0
        self._peaks: list[tuple[float, int]] = []
        self._rms: list[float] = []
        self._low: list[NDArray[np.float32]] = []
        self._high: list[NDArray[np.float32]] = []
        self._pair = np.zeros(3, np.float64)
        self._has_pair = False

    def add(self, block: NDArray[np.float32], mono: Samples) -> None:
        """The next samples, and the same mixed to one channel."""
        flat = block.reshape(-1)
        self._samples += flat.size
        square = float(np.dot(flat, flat))
        self._square += square
        self._sum += float(flat.sum(dtype=np.float64))
        self._rms.append(math.sqrt(float(np.dot(mono, mono)) / max(1, len(mono))))
        self._peaks.append(_clipped(block))
        self._extremes(mono)
        self._pairs(block)
        if self._seconds < _MOST_SPECTRUM_S:
            self._spectrum(mono)
        self._seconds += 1

    def _extremes(self, mono: Samples) -> None:
        step = max(1, self._rate // _EXTREMES_A_SECOND)
        whole = len(mono) // step
        if whole:
            rows = mono[: whole * step].reshape(whole, step)
            self._low.append(rows.min(axis=1))
            self._high.append(rows.max(axis=1))

    def _pairs(self, block: NDArray[np.float32]) -> None:
        if block.shape[0] == 2:
            left, right = block
            self._pair += (np.dot(left, left), np.dot(right, right), np.dot(left, right))
            self._has_pair = True

    def _spectrum(self, mono: Samples) -> None:
        hop = max(_FFT, self._rate // _FRAMES_A_SECOND)
        starts = range(0, len(mono) - _FFT + 1, hop)
        if not starts:
            return
        frames = np.stack([mono[start : start + _FFT] for start in starts]) * self._window
        found = np.fft.rfft(frames, axis=1)
        self._power += (found.real**2 + found.imag**2).sum(axis=0)
        self._frames += len(starts)

    def measures(self) -> Measures:
        """Of all that was added."""
        peak = max((one for one, _ in self._peaks), default=0.0)
        clipped = sum(runs for one, runs in self._peaks if one >= _NEAR_PEAK * peak > 0)
        mean = self._square / max(1, self._samples)
        return Measures(
            peak=peak,
            rms_db=10 * math.log10(mean) if mean > _FLOOR else None,
            clipped=clipped,
            dc_offset=self._sum / max(1, self._samples),
            **self._stereo(),
            rms=np.array(self._rms, np.float32),
            low=np.concatenate(self._low) if self._low else np.zeros(0, np.float32),
            high=np.concatenate(self._high) if self._high else np.zeros(0, np.float32),
            spectrum_db=self._spectrum_db(),
            bin_hz=self._rate / _FFT,
        )

    def _stereo(self) -> dict[str, float | None]:
        left, right, both = (float(one) for one in self._pair)
        if not self._has_pair or left + right <= _FLOOR:
            return {"correlation": None, "balance_db": None, "side_share": None}
        one_sided = min(left, right) <= _FLOOR
        return {
            "correlation": None if one_sided else both / math.sqrt(left * right),
            "balance_db": None if one_sided else 10 * math.log10(right / left),
            "side_share": (left + right - 2 * both) / (2 * (left + right)),
        }

    def _spectrum_db(self) -> NDArray[np.float32]:
        strongest = float(self._power.max(initial=0.0))
        if strongest <= 0.0:
            return np.zeros(0, np.float32)
        shares = np.maximum(self._power / strongest, 1e-15)
        return (10 * np.log10(shares)).astype(np.float32)


def _clipped(block: NDArray[np.float32]) -> tuple[float, int]:
    """The largest sample of a block, and how many runs of three or more lie at it."""
    peak, runs = 0.0, 0
    for channel in block:
        highest = float(max(channel.max(initial=0.0), -channel.min(initial=0.0)))
        if highest > peak * 1.001:
            peak, runs = highest, 0
        if highest >= peak * _AT_PEAK and highest > _FLOOR:
            runs += _runs(np.flatnonzero(np.abs(channel) >= highest * _AT_PEAK))
    return peak, runs


def _runs(places: NDArray[np.intp]) -> int:
    """How many times ``_RUN`` or more of these places follow one another."""
    if len(places) < _RUN:
        return 0
    breaks = np.flatnonzero(np.diff(places) != 1)
    lengths = np.diff(np.concatenate(([-1], breaks, [len(places) - 1])))
    return int((lengths >= _RUN).sum())
