"""How good a film or an image looks, 0 to 1, with the parts it follows from."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from apollonia.analyze.analyser import NotAvailableError
from apollonia.analyze.material import Material
from apollonia.analyze.runtimes.process_shelf import shelf_for
from apollonia.analyze.seeing.bars import black_bars
from apollonia.analyze.seeing.brisque import BrisqueModel
from apollonia.analyze.seeing.frame_quality import look_at
from apollonia.analyze.seeing.resize import luma_of
from apollonia.analyze.seeing.score import (
    Quality,
    frame_parts,
    judged,
    resolution_part,
    still_bits_part,
    video_bits_part,
)
from apollonia.analyze.seeing.stretches import black_stretches, frozen_stretches
from apollonia.domain.kinds import Kind

if TYPE_CHECKING:
    from apollonia.media.film.film import Film

_BRISQUE = "brisque-live@1"
_MOST_STRETCHES = 200
_MOSTLY = 0.5
_VARIABLE = 0.25  # spread of frame times over their median


class PictureQuality:
    """Of frames spread over a film, or of an image."""

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """``score``, ``parts`` (0 to 1 each) and ``measured``.

        Of a film ``black_ms`` and ``frozen_ms`` (start and end of each stretch), ``bars`` (shares
        of each side), and ``video``: what its stream is.
        """
        if material.kind is Kind.IMAGE:
            return _told(_of_image(material), {})
        film = material.film()
        black = black_stretches(film.tiny, film.times_s, film.seconds)
        frozen = frozen_stretches(film.tiny, film.times_s, film.seconds)
        bars = black_bars([still.image for still in film.stills])
        rest = {
            "black_ms": [[round(a * 1000), round(b * 1000)] for a, b in black[:_MOST_STRETCHES]],
            "frozen_ms": [[round(a * 1000), round(b * 1000)] for a, b in frozen[:_MOST_STRETCHES]],
            "bars": None
            if bars is None
            else {n: getattr(bars, n) for n in ("top", "bottom", "left", "right")},
            "video": _stream(film),
        }
        empty = sum(b - a for a, b in [*black, *frozen]) / max(film.seconds, 1e-6)
        return _told(_of_film(film, min(1.0, empty), brisque_model(material)), rest)


def _told(quality: Quality, rest: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "score": quality.score,
        "parts": dict(quality.parts),
        "measured": dict(quality.measured),
        **rest,
        "facts": {"quality": quality.score},
    }


def brisque_model(material: Material) -> BrisqueModel | None:
    """The model, where it is at hand; without it the score stands on the other parts."""
    folder = material.settings.models_folder
    if not folder:
        return None
    try:
        ticket = shelf_for(material.settings).ticket(_BRISQUE)
        return _loaded(str(Path(folder) / ticket.file))
    except (NotAvailableError, OSError, ValueError, KeyError):
        return None


@lru_cache(maxsize=1)
def _loaded(path: str) -> BrisqueModel:
    with np.load(path, allow_pickle=False) as arrays:
        return BrisqueModel(
            vectors=arrays["sv"],
            alpha=arrays["alpha"],
            rho=float(arrays["rho"]),
            gamma=float(arrays["gamma"]),
            bounds=arrays["range"],
        )


def _of_image(material: Material) -> Quality:
    picture = material.picture()
    luma = np.asarray(np.round(luma_of(picture.image)), np.uint8)
    parts, measured = frame_parts([look_at(luma)], brisque_model(material))
    pixels = picture.width * picture.height
    bits = picture.bytes * 8 / max(pixels, 1)
    parts |= {
        "resolution": resolution_part(picture.width, picture.height),
        "bits": still_bits_part(bits, picture.format),
        "whole": 0.2 if picture.damaged else 1.0,
    }
    return judged(parts, measured | {"bits_per_pixel": bits})


def _of_film(film: "Film", empty: float, model: BrisqueModel | None) -> Quality:
    facts = film.facts
    parts, measured = frame_parts([look for _, look in film.looked], model)
    bits = bits_per_pixel(film)
    if film.interlaced > _MOSTLY:
        parts["interlacing"] = min(parts["interlacing"], 0.8)
    bad = film.bad_frames / max(len(film.times_s), 1)
    parts |= {
        "resolution": resolution_part(facts.width, facts.height),
        "whole": max(0.0, 1 - 0.5 * empty - 5 * bad),
    }
    if bits is not None:
        parts["bits"] = video_bits_part(bits, facts.codec)
        measured["bits_per_pixel"] = bits
    return judged(parts, measured)


def bits_per_pixel(film: "Film") -> float | None:
    """Of its packets where they were counted; ``None``: nobody knows."""
    size = sum(s.bytes for s in film.streams if s.type == "video" and s.codec == film.facts.codec)
    rate = film.facts.frame_rate or (len(film.times_s) / film.seconds if film.seconds else 0.0)
    frames = len(film.times_s) if film.every == "frame" else (rate * film.seconds)
    pixels = film.facts.width * film.facts.height * frames
    return size * 8 / pixels if size and pixels else None


def _stream(film: "Film") -> dict[str, Any]:
    facts = film.facts
    gaps = np.diff(film.times_s)
    usual = float(np.median(gaps)) if len(gaps) else 0.0
    spread = float(np.percentile(np.abs(gaps - usual), 90)) if len(gaps) else 0.0
    return {
        "codec": facts.codec,
        "width": facts.width,
        "height": facts.height,
        "shown": list(facts.shown),
        "rotation": facts.rotation,
        "sample_aspect": f"{facts.sample_aspect.numerator}:{facts.sample_aspect.denominator}",
        "bit_depth": facts.bit_depth,
        "hdr": facts.hdr or None,
        "interlaced": film.interlaced > _MOSTLY,
        "variable_rate": bool(film.every == "frame" and usual and spread > _VARIABLE * usual),
        "frames": len(film.times_s),
    }
