"""Covers, subtitles and tags: every container wants them its own way."""

import struct
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from apollonia.media.probing.picture_size import picture_size

if TYPE_CHECKING:
    from av.container import OutputContainer

_FRONT_COVER = 3
_WITHOUT_COVERS = frozenset(
    {"wav", "wv", "tta", "ac3", "eac3", "adts", "mp2", "au", "caf", "aiff", "asf"}
    | {"avi", "mov", "3gp", "flv", "mpegts", "vob"}
)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A named stretch; times in milliseconds."""

    start_ms: int
    end_ms: int
    title: str


@dataclass(frozen=True, slots=True)
class Subtitle:
    """A track of subtitles: ``(start_ms, end_ms, text)`` each; language as ISO 639-2."""

    language: str
    cues: Sequence[tuple[int, int, str]]
    forced: bool = False
    default: bool = False


def late_tags(tags: Mapping[str, str], muxer: str) -> dict[str, str]:
    """The tags under the names that this muxer writes."""
    if muxer == "asf":
        renamed = {"track": "WM/TrackNumber", "disc": "WM/PartOfSet", "bpm": "WM/BeatsPerMinute"}
    elif muxer in {"mp3", "aiff"}:
        renamed = {"bpm": "TBPM", "lyrics": "USLT"}
    elif muxer in {"ipod", "mp4", "mov"}:
        renamed = {"bpm": "tmpo"}
    else:
        renamed = {}
    return {renamed.get(name, name): value for name, value in tags.items()}


def add_cover(container: "OutputContainer", muxer: str, cover: bytes | None) -> Callable[[], None]:
    """Announce the cover; the result writes it, once every stream is there."""
    if cover is None or muxer in _WITHOUT_COVERS:
        return _nothing
    if muxer in {"ogg", "opus"}:
        container.streams[0].metadata["METADATA_BLOCK_PICTURE"] = _picture_block(cover)
        return _nothing
    if muxer in {"matroska", "webm"}:
        container.add_attachment("cover.jpg", "image/jpeg", cover)
        return _nothing
    from av import Packet  # noqa: PLC0415 - heavy; only where files are written
    from av.stream import Disposition  # noqa: PLC0415 - as above

    width, height = picture_size(cover) or (0, 0)
    stream = container.add_mux_stream("mjpeg", width=width, height=height)
    stream.disposition = Disposition.attached_pic
    stream.metadata.update({"title": "Cover", "comment": "Cover (front)"})

    def write() -> None:
        container.start_encoding()
        packet = Packet(cover)
        packet.stream = stream
        packet.pts = packet.dts = 0
        packet.time_base = stream.time_base
        container.mux(packet)

    return write


def _nothing() -> None:
    """Nothing to write later."""


def _picture_block(cover: bytes) -> str:
    """FLAC's picture block, which Ogg carries in base64."""
    width, height = picture_size(cover) or (0, 0)
    mime = b"image/jpeg"
    head = struct.pack(">II", _FRONT_COVER, len(mime)) + mime
    sizes = struct.pack(">IIIIII", 0, width, height, 24, 0, len(cover))
    return b64encode(head + sizes + cover).decode("ascii")


def add_subtitles(
    container: "OutputContainer", codec: str | None, subtitles: Sequence[Subtitle]
) -> Callable[[], None]:
    """Announce the tracks; the result writes their cues."""
    if codec is None or not subtitles:
        return _nothing
    from av import Packet  # noqa: PLC0415 - heavy; only where files are written
    from av.stream import Disposition  # noqa: PLC0415 - as above

    base = Fraction(1, 1000)
    tracks = []
    for subtitle in subtitles:
        stream = container.add_mux_stream(codec)
        stream.time_base = base
        stream.metadata["language"] = subtitle.language
        flags = Disposition.default if subtitle.default else Disposition(0)
        stream.disposition = flags | (Disposition.forced if subtitle.forced else Disposition(0))
        tracks.append((stream, subtitle))

    def write() -> None:
        for stream, subtitle in tracks:
            for start, end, text in subtitle.cues:
                data = text.encode()
                if codec == "mov_text":
                    data = struct.pack(">H", len(data)) + data
                packet = Packet(data)
                packet.stream = stream
                packet.pts = packet.dts = start
                packet.duration = end - start
                packet.time_base = base
                packet.is_keyframe = True
                container.mux(packet)

    return write
