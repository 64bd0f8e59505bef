"""Tempo and beats: Essentia's ``RhythmExtractor2013``, its octave and exact value by the onsets."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import numpy as np

from apollonia.analyze.analysers.essentia_algorithms import algorithms
from apollonia.analyze.analysers.onsets import Onsets, onsets_of
from apollonia.analyze.analysers.pulse import (
    Times,
    beats_at,
    clearness,
    exact,
    octave_of,
    steadiness,
)
from apollonia.analyze.material import Material
from apollonia.media.sound.sound import Span

_SHORTEST_S = 6.0
_FEWEST_BEATS = 6
_SURE = 0.24
_CLEAR = 0.2
_VERY_STEADY, _VERY_CLEAR = 0.85, 0.6
_MOST_CONFIDENT = 5.32  # the largest value that the extractor gives
_MOST_BEATS = 10_000


class Tempo:
    """One tempo with one alternative, or none: speech and bird song have no beat."""

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """``bpm``, ``alternatives`` (an octave above or below), ``confidence`` and ``steadiness``.

        All 0 to 1 but ``bpm``. ``beats`` are little-endian int32 milliseconds in base64, of the
        parts in ``covers`` (seconds). Without a regular pulse there is no ``bpm`` but ``why``.
        """
        sound = material.sound()
        spans = [span for span in sound.spans if span.seconds >= _SHORTEST_S]
        if not spans:
            return {"why": "It is too short to have a tempo.", "facts": {}}
        span = max(spans, key=lambda it: (it.seconds, float(np.abs(it.mono_16k).mean())))
        onsets = material.shared(f"onsets {span.start_s}", lambda: onsets_of(span))
        return _tempo_of(span, onsets)


def _tempo_of(span: Span, onsets: Onsets) -> dict[str, Any]:
    bpm, beats, confidence = _beats_of(span)
    steady = exact(bpm, onsets.all) if bpm > 0 else 0.0
    measured = {
        "confidence": round(min(1.0, confidence / _MOST_CONFIDENT), 3),
        "steadiness": round(steadiness(beats), 3),
        "clearness": round(clearness(steady, onsets.all), 3) if bpm > 0 else 0.0,
    }
    if not _has_pulse(beats, measured):
        return {**measured, "why": "It has no regular pulse.", "facts": {}}
    if measured["steadiness"] >= _VERY_STEADY or measured["clearness"] >= _VERY_CLEAR:
        bpm = steady
    octave = octave_of(bpm, beats, onsets)
    found, other = round(bpm * octave.factor, 2), round(bpm * octave.other, 2)
    chosen = beats_at(octave.factor, beats, onsets)[:_MOST_BEATS] + span.start_s
    return {
        "bpm": found,
        "alternatives": [{"bpm": other}],
        **measured,
        "evidence": {"between": round(octave.between, 3), "weaker": round(octave.weaker, 3)},
        "beats": b64encode(np.round(chosen * 1000).astype("<i4").tobytes()).decode("ascii"),
        "covers": [[round(span.start_s, 3), round(span.start_s + span.seconds, 3)]],
        "facts": {"tempo_bpm": found, "tempo_confidence": measured["confidence"]},
    }


def _beats_of(span: Span) -> tuple[float, Times, float]:
    extractor = algorithms().RhythmExtractor2013(method="multifeature")
    bpm, ticks, confidence, _, _ = extractor(span.mono_44k)
    return float(bpm), np.asarray(ticks, np.float64), float(confidence)


def _has_pulse(beats: Times, measured: Mapping[str, float]) -> bool:
    """The extractor is sure, beats are even, and what begins falls on them: none alone tells."""
    return (
        len(beats) >= _FEWEST_BEATS
        and measured["clearness"] >= _CLEAR
        and measured["confidence"] * measured["steadiness"] >= _SURE
    )
