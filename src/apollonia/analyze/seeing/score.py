"""One number for the quality of a picture or film, from parts that are told with it.

Every part is 0 to 1, 1 is best; the score is their weighted geometric mean, so that one very bad
part cannot be hidden by good ones. Resolution and bits weigh most: they order an encoding ladder
whatever the content is. Curves and weights were chosen on generated clips.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, log2
from statistics import mean, median

from apollonia.analyze.seeing.brisque import BrisqueModel
from apollonia.analyze.seeing.frame_quality import FrameQuality

_WEIGHTS: Mapping[str, float] = {
    "resolution": 3.0,
    "bits": 3.0,
    "blocks": 1.5,
    "blur": 1.5,
    "noise": 1.0,
    "exposure": 0.75,
    "interlacing": 0.75,
    "whole": 0.5,
    "brisque": 0.5,
}
_LEAST_PART = 0.02

_EFFICIENCY: Mapping[str, float] = {
    "h264": 1.0,
    "hevc": 1.7,
    "vp9": 1.6,
    "av1": 2.0,
    "vp8": 0.85,
    "mpeg4": 0.6,
    "msmpeg4v3": 0.55,
    "wmv1": 0.5,
    "wmv2": 0.5,
    "wmv3": 0.75,
    "vc1": 0.8,
    "mpeg2video": 0.45,
    "mpeg1video": 0.35,
    "h263": 0.5,
    "flv1": 0.5,
    "theora": 0.6,
    "mjpeg": 0.2,
}
"""How much a bit is worth, against H.264."""

_FULL_BITS = 0.22  # of H.264 for each pixel and frame, beyond which nothing is gained
_FULL_STILL_BITS = 4.0  # of JPEG for each pixel
_STILL_EFFICIENCY: Mapping[str, float] = {"jpeg": 1.0, "webp": 1.5, "heic": 2.2, "avif": 2.5}
_LOSSLESS = frozenset({"png", "bmp", "tiff", "gif"})


@dataclass(frozen=True, slots=True)
class Quality:
    """``score`` and each of ``parts`` 0 to 1; ``measured`` what they follow from, in its units."""

    score: float
    parts: Mapping[str, float]
    measured: Mapping[str, float]


def resolution_part(width: int, height: int) -> float:
    """144p 0.2, 360p 0.5, 720p 0.73, 1080p 0.86, 2160p 1: by the side of a square as large."""
    side = (width * height / (16 / 9)) ** 0.5
    return _clamped(0.2 + 0.8 * log2(max(side, 1) / 144) / log2(2160 / 144))


def video_bits_part(bits_per_pixel: float, codec: str) -> float:
    """1 where more bits would not be seen."""
    worth = bits_per_pixel * _EFFICIENCY.get(codec, 1.0)
    return _clamped((log(1 + worth / 0.01)) / log(1 + _FULL_BITS / 0.01))


def still_bits_part(bits_per_pixel: float, format_: str) -> float:
    """The same for images; what is lossless has all."""
    if format_ in _LOSSLESS:
        return 1.0
    worth = bits_per_pixel * _STILL_EFFICIENCY.get(format_, 1.0)
    return _clamped(log(1 + worth / 0.2) / log(1 + _FULL_STILL_BITS / 0.2))


def frame_parts(
    frames: Sequence[FrameQuality], model: BrisqueModel | None
) -> tuple[dict[str, float], dict[str, float]]:
    """Parts and measures of what frames look like; dark ones say nothing of blur and blocks."""
    lit = [f for f in frames if f.contrast > 6 and f.mean > 16] or list(frames)
    blur, noise = median(f.blur for f in lit), median(f.noise for f in lit)
    blocks, combed = median(f.blocks for f in lit), median(f.combed for f in lit)
    wrong = mean(max(0.0, f.crushed - 0.35) + max(0.0, f.blown - 0.25) for f in lit)
    flat = mean(_clamped((28 - f.contrast) / 28) for f in lit)
    light = median(f.mean for f in lit)
    parts = {
        "blur": _clamped(1 - ((blur - 0.25) / 0.65) ** 2 if blur > 0.25 else 1.0),
        "noise": exp(-max(0.0, noise - 1.0) / 8),
        "blocks": exp(-max(0.0, blocks - 0.08) * 1.6),
        "exposure": _clamped(1 - wrong - 0.4 * flat - abs(light - 118) / 118 * 0.25),
        "interlacing": _clamped(1 - 12 * max(0.0, combed - 0.01)),
    }
    measured = {
        "blur": blur,
        "noise_sigma": noise,
        "blockiness": blocks,
        "luma_mean": light,
        "contrast": median(f.contrast for f in lit),
        "combed": combed,
    }
    features = [f.features for f in lit if f.features is not None]
    if model is not None and features:
        told = median(model.score(one) for one in features)
        parts["brisque"] = 1 - told / 100
        measured["brisque"] = told
    return parts, measured


def judged(parts: Mapping[str, float], measured: Mapping[str, float]) -> Quality:
    """The score of these parts; those that are not known have no say."""
    weights = {name: _WEIGHTS[name] for name in parts}
    total = sum(weights.values())
    logs = sum(weights[name] * log(max(part, _LEAST_PART)) for name, part in parts.items())
    return Quality(
        score=round(exp(logs / total), 4),
        parts={name: round(part, 4) for name, part in parts.items()},
        measured={name: round(value, 4) for name, value in measured.items()},
    )


def _clamped(value: float) -> float:
    return min(1.0, max(0.0, value))
