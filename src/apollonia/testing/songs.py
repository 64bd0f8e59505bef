"""Songs for tests whose tempo and key are known: clicks, drums and chords, by NumPy.

The same arguments give the same samples. One channel at 44.1 kHz, full scale is 1.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

RATE = 44_100
TONICS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_STEPS = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
_PROGRESSIONS = {"major": (0, 3, 4, 0), "minor": (0, 3, 4, 0)}
_LEADING = 11

type Samples = NDArray[np.float64]


def click_track(bpm: float, seconds: float = 30.0, *, seed: int = 0) -> Samples:
    """A metronome: one click a beat, every fourth higher."""
    song = _silence(seconds)
    high, low = _blip(1600.0, 0.9), _blip(1000.0, 0.7)
    for beat, start in _beats(bpm, seconds):
        _add(song, start, low if beat % 4 else high)
    return song + _room(len(song), seed)


def drum_track(bpm: float, seconds: float = 30.0, *, seed: int = 0) -> Samples:
    """Four to the bar: bass drum on 1 and 3, snare on 2 and 4, hi-hat on each half beat."""
    generator = np.random.default_rng(seed)
    song = _silence(seconds)
    for beat, start in _beats(bpm, seconds):
        _add(song, start, _snare(generator) if beat % 2 else _bass_drum())
        _add(song, start, _hat(generator))
        _add(song, start + 30.0 / bpm, _hat(generator))
    return song + _room(len(song), seed)


def chord_track(
    tonic: str, scale: str, bpm: float = 100.0, seconds: float = 30.0, *, seed: int = 0
) -> Samples:
    """Tonic, subdominant, dominant, tonic, a bar each: plucked chords on the beats over a bass."""
    generator = np.random.default_rng(seed)
    root = 60 + TONICS.index(tonic)
    song = _silence(seconds)
    for beat, start in _beats(bpm, seconds):
        degree = _PROGRESSIONS[scale][beat // 4 % 4]
        notes = _triad(root, scale, degree)
        loud = 1.0 if beat % 4 == 0 else 0.75
        for note in notes:
            _add(song, start, loud * 0.18 * _pluck(note, 60.0 / bpm, generator))
        _add(song, start, loud * 0.3 * _pluck(notes[0] - 24, 60.0 / bpm, generator))
    return song + _room(len(song), seed)


def noise_bursts(seconds: float = 20.0, *, seed: int = 0) -> Samples:
    """Sounds at irregular times, as of speech or rain: no tempo."""
    generator = np.random.default_rng(seed)
    song = _silence(seconds)
    start = 0.1
    while start < seconds:
        length = int(generator.uniform(0.05, 0.3) * RATE)
        burst = generator.normal(0, 0.2, length) * np.hanning(length)
        _add(song, start, burst)
        start += float(generator.uniform(0.08, 0.9))
    return song + _room(len(song), seed)


def _triad(root: int, scale: str, degree: int) -> list[int]:
    steps = _STEPS[scale]
    notes = []
    for third in (0, 2, 4):
        step = degree + third
        note = root + steps[step % 7] + 12 * (step // 7)
        if scale == "minor" and degree == 4 and third == 2:  # noqa: PLR2004 - the dominant's third
            note = root + _LEADING
        notes.append(note)
    return notes


def _beats(bpm: float, seconds: float) -> Iterator[tuple[int, float]]:
    step = 60.0 / bpm
    return ((beat, 0.25 + beat * step) for beat in range(int((seconds - 0.25) / step)))


def _silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE))


def _room(length: int, seed: int) -> Samples:
    return np.random.default_rng(seed + 1).normal(0, 1e-4, length)


def _add(song: Samples, start: float, sound: Samples) -> None:
    first = round(start * RATE)
    part = song[first : first + len(sound)]
    part += sound[: len(part)]


def _time(seconds: float) -> Samples:
    return np.arange(round(seconds * RATE)) / RATE


def _blip(hertz: float, loud: float) -> Samples:
    time = _time(0.05)
    return loud * np.sin(2 * np.pi * hertz * time) * np.exp(-time / 0.01)


def _bass_drum() -> Samples:
    time = _time(0.25)
    pitch = 50.0 * time + 60.0 * 0.03 * (1 - np.exp(-time / 0.03))
    return 0.8 * np.sin(2 * np.pi * pitch) * np.exp(-time / 0.08)


def _snare(generator: np.random.Generator) -> Samples:
    time = _time(0.2)
    noise = generator.normal(0, 0.25, len(time))
    return (noise + 0.3 * np.sin(2 * np.pi * 190.0 * time)) * np.exp(-time / 0.05)


def _hat(generator: np.random.Generator) -> Samples:
    time = _time(0.05)
    noise = np.diff(generator.normal(0, 0.08, len(time) + 1))
    return noise * np.exp(-time / 0.015)


def _pluck(note: int, seconds: float, generator: np.random.Generator) -> Samples:
    time = _time(seconds)
    hertz = 440.0 * 2 ** ((note - 69) / 12)
    partials = sum(
        np.sin(2 * np.pi * hertz * n * time + generator.uniform(0, 6.28)) / n**1.5
        for n in range(1, 6)
    )
    fade = np.minimum(1.0, (seconds - time) / 0.02)
    return np.asarray(partials * np.exp(-time / 0.35) * np.minimum(1.0, time / 0.005) * fade)
