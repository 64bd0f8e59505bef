"""How sound moves between loud and soft, where it is silent, and how much energy it has."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from apollonia.analyze.analysers.onsets import onsets_of
from apollonia.analyze.material import Material
from apollonia.media.sound.sound import Sound

_SILENT = 10 ** (-60 / 20)
_EXTREMES_S = 0.05
_QUIETEST_LUFS, _LOUDEST_LUFS = -32.0, -8.0
_BUSY = 0.35
_HEARD_LUFS = -70.0


class Dynamics:
    """``energy`` is an estimate: loudness, how much begins, and how bright it is."""

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """``crest_db``: peak over mean; ``energy`` 0 to 1; ``silence`` in seconds, below -60 dB.

        ``spread_lu``: between the 10th and the 95th hundredth of momentary loudness.
        """
        sound = material.sound()
        measures = sound.measures
        lead, trail, silent = _silence(sound)
        data: dict[str, Any] = {
            "rms_db": None if measures.rms_db is None else round(measures.rms_db, 2),
            "crest_db": _crest(sound),
            "spread_lu": _spread(sound),
            "silence": {
                "lead_s": round(lead, 2),
                "trail_s": round(trail, 2),
                "total_s": round(silent, 2),
                "share": round(silent / max(sound.seconds, 1e-9), 4),
            },
        }
        if measures.rms_db is None:
            return {**data, "facts": {"is_silent": True}}
        energy = _energy(material, sound)
        return {**data, "energy": energy, "facts": {"energy": energy}}


def _crest(sound: Sound) -> float | None:
    measures = sound.measures
    if measures.rms_db is None or measures.peak <= 0:
        return None
    return round(20 * float(np.log10(measures.peak)) - measures.rms_db, 2)


def _spread(sound: Sound) -> float | None:
    heard = sound.loudness.momentary_lufs
    heard = heard[heard > _HEARD_LUFS]
    if not len(heard):
        return None
    low, high = np.percentile(heard, (10, 95))
    return round(float(high - low), 2)


def _silence(sound: Sound) -> tuple[float, float, float]:
    """Seconds at the beginning, at the end, and in all: below -60 dB of full scale."""
    measures = sound.measures
    loud = np.maximum(np.abs(measures.low), np.abs(measures.high)) > _SILENT
    if not loud.any():
        return sound.seconds, sound.seconds, sound.seconds
    first, last = int(np.argmax(loud)), int(np.argmax(loud[::-1]))
    return first * _EXTREMES_S, last * _EXTREMES_S, float((~loud).sum()) * _EXTREMES_S


def _energy(material: Material, sound: Sound) -> float:
    told = sound.loudness.integrated_lufs
    lufs = _QUIETEST_LUFS if told is None else told
    loud = (lufs - _QUIETEST_LUFS) / (_LOUDEST_LUFS - _QUIETEST_LUFS)
    span = sound.spans[0]
    onsets = material.shared(f"onsets {span.start_s}", lambda: onsets_of(span))
    busy = float(np.mean(onsets.all)) / _BUSY
    total = 0.65 * min(1.0, max(0.0, loud)) + 0.35 * min(1.0, busy)
    return round(total, 3)
