"""Loudness by EBU R 128, and the gains that players know."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from apollonia.analyze.material import Material

_REPLAYGAIN_LUFS = -18.0  # ReplayGain 2.0
_NOTHING_LUFS = -120.0  # what the filter tells of silence
_R128_LUFS = -23.0  # the gain in Opus files


class LoudnessOf:
    """Measured over all samples of all channels while it was decoded."""

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """LUFS, LU and dBTP; ``replaygain`` in dB (to -18 LUFS) with the peak as a factor."""
        sound = material.sound()
        told, peak = sound.loudness, sound.measures.peak
        data: dict[str, Any] = {
            "integrated_lufs": _rounded(told.integrated_lufs),
            "range_lu": _rounded(told.range_lu),
            "true_peak_db": _rounded(told.true_peak_db),
            "momentary_max_lufs": _highest(told.momentary_lufs),
            "short_term_max_lufs": _highest(told.short_term_lufs),
            "sample_peak": round(peak, 6),
        }
        facts: dict[str, Any] = {}
        if told.integrated_lufs is not None:
            data["replaygain"] = {
                "track_gain_db": round(_REPLAYGAIN_LUFS - told.integrated_lufs, 2),
                "track_peak": round(peak, 6),
            }
            data["r128_track_gain_db"] = round(_R128_LUFS - told.integrated_lufs, 2)
            facts = {
                "loudness_lufs": data["integrated_lufs"],
                "loudness_range_lu": data["range_lu"],
                "true_peak_db": data["true_peak_db"],
            }
        present = {name: value for name, value in facts.items() if value is not None}
        return {**data, "facts": present}


def _rounded(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(value, 2)


def _highest(values: "np.ndarray[Any, Any]") -> float | None:
    heard = values[values > _NOTHING_LUFS] if len(values) else values
    return round(float(heard.max()), 2) if len(heard) else None
