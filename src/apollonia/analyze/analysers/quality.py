"""What is wrong with a sound: clipped, once lossy, one-sided, damaged."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from apollonia.analyze.material import Material
from apollonia.domain.kinds import Kind
from apollonia.media.sound.sound import Measures, Sound

_LOSSLESS = frozenset({"flac", "alac", "wavpack", "ape", "tta", "mlp", "truehd", "wmalossless"})
_FULL_SCALE = 0.985
_CLIPPED_A_MINUTE = 3.0
_HEARD_DB = -75.0
_WALL_DB = 18.0
_WALL_HZ = 1_200.0
_HIGHEST_OF_LOSSY_HZ = 20_600.0
_LOWEST_RATE = 40_000
_NARROW_HZ = 9_000
_DC = 0.005
_LOW_BIT_RATE = 96_000
_PENALTIES = {
    "clipping": 0.25,
    "lossy_source": 0.3,
    "dc_offset": 0.05,
    "one_sided": 0.1,
    "dual_mono": 0.0,
    "damaged": 0.4,
    "incomplete": 0.2,
    "low_bit_rate": 0.2,
    "narrow_band": 0.15,
}


class Quality:
    """Names faults; ``quality`` is 1 without any, each takes away its share."""

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """``issues`` by name, ``clipped_a_minute``, ``cutoff_hz``: above it there is nothing.

        ``lossy_suspicion`` 0 to 1 is of lossless codecs: a steep end of the spectrum where lossy
        encoders end it says that it was one before. An estimate; dark recordings end gently.
        """
        sound = material.sound()
        cutoff, wall = _cutoff(sound.measures)
        suspicion = _suspicion(sound, cutoff, wall)
        clipped = _clipped_a_minute(sound)
        faults = {
            "clipping": clipped >= _CLIPPED_A_MINUTE,
            "lossy_source": suspicion >= 0.5,  # noqa: PLR2004 - more likely than not
            "narrow_band": _is_narrow(sound, cutoff, wall),
            **_faults(sound),
        }
        issues = [name for name, found in faults.items() if found]
        quality = round(max(0.0, 1.0 - sum(_PENALTIES[name] for name in issues)), 2)
        facts: dict[str, Any] = {"quality_issues": issues}
        if material.kind is Kind.AUDIO:  # of a film ``picture-quality`` has the word
            facts["quality"] = quality
        return {
            "issues": issues,
            "quality": quality,
            "clipped_a_minute": round(clipped, 2),
            "cutoff_hz": None if cutoff is None else round(cutoff),
            "lossy_suspicion": round(suspicion, 2),
            "dc_offset": round(sound.measures.dc_offset, 5),
            "correlation": _rounded(sound.measures.correlation),
            "balance_db": _rounded(sound.measures.balance_db),
            "bad_packets": sound.bad_packets,
            "facts": facts,
        }


def _faults(sound: Sound) -> dict[str, bool]:
    measures, rate = sound.measures, sound.bit_rate
    return {
        "dc_offset": abs(measures.dc_offset) > _DC,
        "one_sided": sound.channels == 2 and _is_one_sided(measures),  # noqa: PLR2004 - stereo
        "dual_mono": measures.side_share is not None and measures.side_share < 1e-7,  # noqa: PLR2004
        "damaged": sound.bad_packets > 2,  # noqa: PLR2004 - junk around the frames is common
        "incomplete": not sound.complete,
        "low_bit_rate": not _is_lossless(sound) and rate is not None and 0 < rate < _LOW_BIT_RATE,
    }


def _is_narrow(sound: Sound, cutoff: float | None, wall: float) -> bool:
    """Telephone and AM radio end steeply, or with the sample rate; a soft song just fades out."""
    if sound.sample_rate < 2 * _NARROW_HZ:
        return True
    return cutoff is not None and cutoff < _NARROW_HZ and wall >= _WALL_DB


def _is_lossless(sound: Sound) -> bool:
    return sound.codec in _LOSSLESS or sound.codec.startswith("pcm_")


def _is_one_sided(measures: Measures) -> bool:
    if measures.balance_db is None:
        return measures.side_share is not None
    return abs(measures.balance_db) > 12.0  # noqa: PLR2004 - dB


def _clipped_a_minute(sound: Sound) -> float:
    """Flat tops that lie at full scale; a pure tone's own top is below it."""
    if sound.measures.peak < _FULL_SCALE:
        return 0.0
    return sound.measures.clipped / max(sound.seconds / 60.0, 0.1)


def _cutoff(measures: Measures) -> tuple[float | None, float]:
    """Where the spectrum ends, in Hz, and how steeply: dB within 1.2 kHz."""
    levels = measures.spectrum_db
    if not len(levels):
        return None, 0.0
    wide = max(3, round(200.0 / measures.bin_hz))
    padded = np.pad(levels, (wide // 2, wide - 1 - wide // 2), mode="edge")
    smooth = np.convolve(padded, np.ones(wide) / wide, "valid")
    heard = np.flatnonzero(smooth > max(_HEARD_DB, float(smooth.min()) + 12.0))
    if not len(heard):
        return None, 0.0
    last = int(heard[-1])
    step = round(_WALL_HZ / measures.bin_hz)
    before = float(smooth[max(0, last - step) : last + 1].mean())
    after = smooth[last + 1 + wide : last + 1 + wide + step]
    return last * measures.bin_hz, before - float(after.mean()) if len(after) else 0.0


def _suspicion(sound: Sound, cutoff: float | None, wall: float) -> float:
    if not _is_lossless(sound) or cutoff is None or sound.sample_rate < _LOWEST_RATE:
        return 0.0
    if cutoff > _HIGHEST_OF_LOSSY_HZ or cutoff < 10_000 or wall < _WALL_DB:  # noqa: PLR2004 - Hz
        return 0.0
    return min(1.0, 0.5 + (wall - _WALL_DB) / 40.0)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
