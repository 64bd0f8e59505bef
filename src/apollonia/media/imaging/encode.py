"""Writing small media files: for the demo library and for everybody's tests.

Sound goes in as 16-bit stereo PCM, pictures as Pillow images; tags by FFmpeg's names (``title``,
``artist``, ``album``, ``album_artist``, ``genre``, ``date``, ``track``, ``disc``, ``composer``…).
The same input gives the same bytes.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from apollonia.media.imaging.encode_extras import (
    Chapter,
    Subtitle,
    add_cover,
    add_subtitles,
    late_tags,
)
from apollonia.media.probing.tone import CHANNELS, SAMPLE_RATE, test_tone

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.video.stream import VideoStream
    from PIL.Image import Image

__all__ = [
    "AUDIO_FORMATS",
    "VIDEO_FORMATS",
    "Chapter",
    "Extras",
    "Film",
    "Subtitle",
    "cover_jpeg",
    "sample_cover",
    "write_audio",
    "write_image",
    "write_video",
]

_CHUNK_SAMPLES = 4096
_PICTURE_BIT_RATE = 400_000
_WMA_BIT_RATE = 128_000


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """How a format is written: FFmpeg's muxer and encoder."""

    muxer: str
    codec: str
    rate: int = SAMPLE_RATE
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VideoFormat:
    """How a format is written; ``subtitle`` is the codec of its subtitles, if it has any."""

    muxer: str
    video: str
    audio: str
    subtitle: str | None = None
    rate: int = SAMPLE_RATE
    options: Mapping[str, str] = field(default_factory=dict)


_M4A = {"brand": "M4A "}
_MUXER_OPTIONS = frozenset({"brand", "mpegts_m2ts_mode"})
AUDIO_FORMATS: Mapping[str, AudioFormat] = {
    "mp3": AudioFormat("mp3", "libmp3lame"),
    "flac": AudioFormat("flac", "flac"),
    "m4a": AudioFormat("mp4", "aac", options=_M4A),
    "alac": AudioFormat("mp4", "alac", options=_M4A),
    "ogg": AudioFormat("ogg", "vorbis", options={"strict": "experimental"}),
    "opus": AudioFormat("opus", "libopus", 48_000),
    "oga": AudioFormat("ogg", "flac"),
    "wav": AudioFormat("wav", "pcm_s16le"),
    "aiff": AudioFormat("aiff", "pcm_s16be"),
    "wma": AudioFormat("asf", "wmav2"),
    "wv": AudioFormat("wv", "wavpack"),
    "tta": AudioFormat("tta", "tta"),
    "ac3": AudioFormat("ac3", "ac3"),
    "eac3": AudioFormat("eac3", "eac3"),
    "aac": AudioFormat("adts", "aac"),
    "mp2": AudioFormat("mp2", "mp2"),
    "mka": AudioFormat("matroska", "flac"),
    "au": AudioFormat("au", "pcm_s16be"),
    "caf": AudioFormat("caf", "alac"),
}
_FAST = {"preset": "ultrafast", "threads": "1"}
_REALTIME = {"deadline": "realtime", "cpu-used": "8", "threads": "1"}
VIDEO_FORMATS: Mapping[str, VideoFormat] = {
    "mp4": VideoFormat("mp4", "libx264", "aac", "mov_text", options=_FAST),
    "mov": VideoFormat("mov", "libx264", "aac", "mov_text", options=_FAST),
    "3gp": VideoFormat("3gp", "mpeg4", "aac"),
    "mkv": VideoFormat("matroska", "libx264", "libopus", "subrip", 48_000, _FAST),
    "webm": VideoFormat("webm", "libvpx-vp9", "libopus", "webvtt", 48_000, _REALTIME),
    "avi": VideoFormat("avi", "mpeg4", "libmp3lame"),
    "flv": VideoFormat("flv", "flv", "libmp3lame"),
    "ts": VideoFormat("mpegts", "mpeg2video", "mp2"),
    "m2ts": VideoFormat("mpegts", "mpeg2video", "ac3", options={"mpegts_m2ts_mode": "1"}),
    "mpg": VideoFormat("vob", "mpeg2video", "mp2"),
    "wmv": VideoFormat("asf", "wmv2", "wmav2"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What a file carries besides sound and pictures; ``cover`` is the bytes of a JPEG."""

    tags: Mapping[str, str] = field(default_factory=dict)
    cover: bytes | None = None
    chapters: Sequence[Chapter] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """What is seen and heard; ``draw(t)`` paints second ``t``, else bars wander; sound as PCM."""

    seconds: float = 1.0
    size: tuple[int, int] = (176, 144)
    rate: int = 25
    draw: "Callable[[float], Image] | None" = None
    pcm: bytes | None = None
    sound: bool = True
    subtitles: Sequence[Subtitle] = ()
    rotation: int = 0


def write_audio(
    path: Path,
    format_: str,
    *,
    seconds: float = 0.5,
    pcm: bytes | None = None,
    extras: Extras | None = None,
) -> Path:
    """A sound file in one of ``AUDIO_FORMATS``; without ``pcm`` (44.1 kHz stereo) a quiet tone."""
    chosen, extras = AUDIO_FORMATS[format_], extras or Extras()
    with _open(path, chosen.muxer, chosen.options) as container:
        stream = _add_sound(container, chosen.codec, chosen.rate, chosen.options)
        _dress(container, extras, chosen.muxer)()
        _encode_sound(container, stream, pcm or test_tone(seconds))
    return path


def write_video(
    path: Path, format_: str, film: Film | None = None, extras: Extras | None = None
) -> Path:
    """A film in one of ``VIDEO_FORMATS``."""
    chosen, film, extras = VIDEO_FORMATS[format_], film or Film(), extras or Extras()
    with _open(path, chosen.muxer, chosen.options) as container:
        pictures = cast(
            "VideoStream", container.add_stream(chosen.video, film.rate, dict(chosen.options))
        )
        pictures.width, pictures.height = film.size
        pictures.pix_fmt = "yuv420p"
        pictures.bit_rate = _PICTURE_BIT_RATE
        if film.rotation:
            pictures.set_display_rotation(-film.rotation)
        voice = _add_sound(container, chosen.audio, chosen.rate, {}) if film.sound else None
        write_subtitles = add_subtitles(container, chosen.subtitle, film.subtitles)
        _dress(container, extras, chosen.muxer)()
        draw = film.draw or _pattern(film.size)
        _encode_film(container, pictures, draw, round(film.seconds * film.rate))
        if voice is not None:
            _encode_sound(container, voice, film.pcm or test_tone(film.seconds))
        write_subtitles()
    return path


def write_image(
    path: Path, format_: str, *, size: tuple[int, int] = (64, 48), orientation: int = 1
) -> Path:
    """A picture in one of Pillow's formats (``jpeg png bmp webp gif avif tiff``)."""
    from PIL import Image  # noqa: PLC0415 - heavy; only where pictures are made

    image = _pattern(size)(0.0)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, Any] = {"exif": exif} if orientation != 1 else {}
    image.save(path, format_.upper(), **options)
    return path


def cover_jpeg(image: "Image") -> bytes:
    """The bytes of a JPEG, for ``Extras.cover``."""
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=88)
    return out.getvalue()


def sample_cover(size: tuple[int, int] = (60, 40)) -> bytes:
    """A small JPEG that can be told from others by its size."""
    return cover_jpeg(_pattern(size)(0.0))


def _open(path: Path, muxer: str, options: Mapping[str, str]) -> "OutputContainer":
    import av  # noqa: PLC0415 - heavy; only where files are written

    av.logging.set_level(None)
    muxing = {k: v for k, v in options.items() if k in _MUXER_OPTIONS}
    if muxer == "mp3":
        muxing["id3v2_version"] = "3"
    elif muxer == "aiff":
        muxing["write_id3v2"] = "1"
    elif muxer == "mp4":
        muxing["movflags"] = "+faststart"
    return av.open(str(path), "w", format=muxer, options=muxing | {"fflags": "+bitexact"})


def _add_sound(
    container: "OutputContainer", codec: str, rate: int, options: Mapping[str, str]
) -> "AudioStream":
    stream = cast("AudioStream", container.add_stream(codec, rate, dict(options)))
    stream.layout = "stereo"
    if codec == "wmav2":
        stream.bit_rate = _WMA_BIT_RATE
    return stream


def _dress(container: "OutputContainer", extras: Extras, muxer: str) -> Callable[[], None]:
    """Tags, chapters and the cover's stream; call the result once all streams are there."""
    from av.rational import AVRational  # noqa: PLC0415 - as above

    container.metadata.update(late_tags(extras.tags, muxer))
    if extras.chapters:
        container.set_chapters(
            [
                {
                    "id": number,
                    "start": chapter.start_ms,
                    "end": chapter.end_ms,
                    "time_base": AVRational(1, 1000),
                    "metadata": {"title": chapter.title},
                }
                for number, chapter in enumerate(extras.chapters, 1)
            ]
        )
    return add_cover(container, muxer, extras.cover)


def _encode_sound(container: "OutputContainer", stream: "AudioStream", pcm: bytes) -> None:
    from av import AudioFrame  # noqa: PLC0415 - as above

    width = 2 * CHANNELS
    for start in range(0, len(pcm), _CHUNK_SAMPLES * width):
        chunk = pcm[start : start + _CHUNK_SAMPLES * width]
        frame = AudioFrame("s16", "stereo", len(chunk) // width)
        frame.planes[0].update(chunk.ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate = SAMPLE_RATE
        frame.pts = start // width
        frame.time_base = Fraction(1, SAMPLE_RATE)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _encode_film(
    container: "OutputContainer",
    stream: "VideoStream",
    draw: "Callable[[float], Image]",
    frames: int,
) -> None:
    from av import VideoFrame  # noqa: PLC0415 - as above

    rate = stream.codec_context.framerate
    for number in range(max(frames, 1)):
        image = draw(float(number / rate))
        frame: VideoFrame = VideoFrame.from_image(image)  # type: ignore[no-untyped-call]  # stubs
        frame.pts = number
        frame.time_base = 1 / Fraction(rate.numerator, rate.denominator)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _pattern(size: tuple[int, int]) -> "Callable[[float], Image]":
    """Coloured bars that wander; cheap, and never dark."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - as above

    colours = ("#e4572e", "#f3a712", "#a8c686", "#669bbc", "#7a5c9e")

    def draw(second: float) -> Image.Image:
        image = Image.new("RGB", size, "#f0ead6")
        pen = ImageDraw.Draw(image)
        step = size[0] / len(colours)
        for index, colour in enumerate(colours):
            left = (index * step + second * step) % size[0]
            pen.rectangle((left, size[1] * 0.15, left + step * 0.7, size[1] * 0.85), fill=colour)
        return image

    return draw
