"""One stream of a container as ``messages.Stream``."""

import math
import struct
from typing import TYPE_CHECKING, Any

from apollonia.domain.languages import language_code
from apollonia.media.probing.text import clean

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.stream import Stream
    from av.video.stream import VideoStream

_TYPES = frozenset({"audio", "video", "subtitle", "data", "attachment"})
_LOSSLESS = frozenset({"flac", "alac", "wavpack", "ape", "tta", "mlp", "truehd", "wmalossless"})
_LAYOUTS = {1: "mono", 2: "stereo"}
_MAX_FRAME_RATE = 300


def is_picture(stream: "Stream") -> bool:
    """Whether it is a cover or an attached picture rather than a film."""
    from av.stream import Disposition  # noqa: PLC0415 - in workers only

    if stream.type == "attachment":
        return True
    pictures = Disposition.attached_pic | Disposition.timed_thumbnails
    return stream.type == "video" and bool(stream.disposition & pictures)


def describe_stream(stream: "Stream") -> dict[str, Any]:
    """Fields of ``messages.Stream`` as JSON, without those that nothing is known of."""
    from av.stream import Disposition  # noqa: PLC0415 - in workers only

    kind = stream.type if stream.type in _TYPES else "other"
    facts: dict[str, Any] = {
        "type": kind,
        "codec": codec_of(stream),
        "profile": clean(stream.profile or "", 64) if stream.codec_context else None,
        "language": _language(stream.metadata),
        "title": clean(_first(stream.metadata, "title", "name"), 256),
        "default": bool(stream.disposition & Disposition.default),
        "forced": bool(stream.disposition & Disposition.forced),
    }
    if stream.codec_context is not None:
        if kind == "audio":
            facts |= _audio(stream)  # type: ignore[arg-type]  # its type says so
        elif kind == "video":
            facts |= _video(stream)  # type: ignore[arg-type]  # its type says so
    return {key: value for key, value in facts.items() if value}


def codec_of(stream: "Stream") -> str | None:
    """FFmpeg's short name of the codec, not of the decoder that happens to be used."""
    context = stream.codec_context
    if context is None:
        return clean(str(getattr(stream, "name", None) or ""), 32).lower() or None
    return context.codec.canonical_name


def _language(metadata: dict[str, str]) -> str | None:
    word = clean(_first(metadata, "language"), 32).lower()
    if word in {"", "und", "mis", "zxx", "mul"}:
        return None
    return language_code(word) or word[:16]


def _first(metadata: dict[str, str], *keys: str) -> str:
    lowered = {key.lower(): value for key, value in metadata.items()}
    return next((lowered[key] for key in keys if lowered.get(key)), "")


def _audio(stream: "AudioStream") -> dict[str, Any]:
    context = stream.codec_context
    channels = context.channels
    layout = context.layout.name if channels else ""
    if "channels" in layout:
        layout = _LAYOUTS.get(channels, "")
    return {
        "bit_rate": _positive(context.bit_rate),
        "sample_rate": _positive(context.sample_rate),
        "channels": _positive(channels, 1024),
        "channel_layout": clean(layout, 64),
        "bit_depth": _bit_depth(stream),
    }


def _bit_depth(stream: "AudioStream") -> int | None:
    """Bits of one sample where the codec keeps them: none for MP3 and its like."""
    context = stream.codec_context
    codec = context.codec.canonical_name
    if codec.startswith("pcm_"):
        digits = "".join(c for c in codec[4:7] if c.isdigit())
        return int(digits) if digits else 8
    if codec.startswith("dsd_"):
        return 1
    if codec not in _LOSSLESS:
        return None
    if context.bits_per_raw_sample:
        return context.bits_per_raw_sample
    return context.format.bits if context.format else None


def _video(stream: "VideoStream") -> dict[str, Any]:
    context = stream.codec_context
    return {
        "bit_rate": _positive(context.bit_rate),
        "width": _positive(context.width),
        "height": _positive(context.height),
        "frame_rate": _frame_rate(stream),
        "pixel_format": clean(context.pix_fmt or "", 32),
        "rotation": rotation_of(stream),
    }


def _frame_rate(stream: "VideoStream") -> float | None:
    """The average where it is believable: FLV and Matroska often know only their clock's."""
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate and 0 < rate < _MAX_FRAME_RATE:
            return round(float(rate), 3)
    return None


def rotation_of(stream: "VideoStream") -> int | None:
    """Degrees clockwise by which the picture is to be turned for display."""
    matrix = stream.codec_context.coded_side_data.get("display_matrix", b"")
    if len(matrix) < 36:
        return None
    a, b, _, c, d = struct.unpack_from("=5i", matrix)
    if not math.hypot(a, c) or not math.hypot(b, d):
        return None
    angle = math.degrees(math.atan2(b / math.hypot(b, d), a / math.hypot(a, c)))
    return round(angle) % 360 or None


def _positive(value: int | None, below: int = 1 << 31) -> int | None:
    return value if value and 0 < value < below else None
