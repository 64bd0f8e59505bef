"""Pictures inside a file: covers as streams, as attachments, as Vorbis comments."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apollonia.media.probing.picture_size import picture_size
from apollonia.media.probing.streams import is_picture
from apollonia.media.sniffing.formats import FORMATS
from apollonia.media.sniffing.sniff import sniff_magic

if TYPE_CHECKING:
    from av.stream import Stream

MAX_PICTURE_BYTES = 32 << 20
_MIME = {
    "mjpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "webp": "image/webp",
    "tiff": "image/tiff",
}


@dataclass(frozen=True, slots=True)
class EmbeddedPicture:
    """``stream`` carries its bytes, unless they are already in ``data``."""

    mime: str
    width: int | None
    height: int | None
    is_front: bool
    stream: "Stream | None" = None
    data: bytes | None = None

    def facts(self) -> dict[str, Any]:
        """``messages.Artwork`` as JSON."""
        size = {"width": self.width, "height": self.height} if self.width and self.height else {}
        return {"mime": self.mime, **size}


def embedded_pictures(streams: Iterable["Stream"]) -> list[EmbeddedPicture]:
    """The pictures of a container, front covers first."""
    found: list[EmbeddedPicture] = []
    for stream in streams:
        if not is_picture(stream):
            found.extend(_old_vorbis_cover(stream))
        elif stream.type == "attachment":
            found.extend(_attachment(stream))
        else:
            found.append(_attached(stream))
    return sorted(found, key=lambda picture: not picture.is_front)


def _attached(stream: "Stream") -> EmbeddedPicture:
    context = stream.codec_context
    codec = context.codec.canonical_name if context else ""
    width, height = getattr(context, "width", 0), getattr(context, "height", 0)
    data: bytes | None = None
    if not width or not height:
        data = picture_bytes(stream)  # comes once only: whoever wants it later finds it here
        width, height = picture_size(data) or (None, None)
    words = " ".join((*stream.metadata, *stream.metadata.values())).lower()
    return EmbeddedPicture(
        _MIME.get(codec, "application/octet-stream"),
        width,
        height,
        is_front="front" in words or "cover." in words,
        stream=stream,
        data=data,
    )


def picture_bytes(stream: "Stream") -> bytes:
    """The bytes of an attached picture; empty where they cannot be read or are too many."""
    from av import FFmpegError  # noqa: PLC0415 - in workers only
    from av.container import InputContainer  # noqa: PLC0415 - as above

    container = stream.container
    assert isinstance(container, InputContainer)
    try:
        for packet in container.demux(stream):
            return bytes(packet) if 0 < packet.size <= MAX_PICTURE_BYTES else b""
    except (FFmpegError, ValueError):
        return b""
    return b""


def _attachment(stream: "Stream") -> Iterable[EmbeddedPicture]:
    """APE keeps its covers so; fonts are attachments too, and no pictures."""
    data: bytes = getattr(stream, "data", b"")
    if len(data) <= MAX_PICTURE_BYTES:
        words = " ".join((*stream.metadata, *stream.metadata.values())).lower()
        yield from _raw(data, is_front="front" in words)


def _old_vorbis_cover(stream: "Stream") -> Iterable[EmbeddedPicture]:
    """``COVERART``: base64 in a comment, from before there was a block for pictures."""
    if stream.type != "audio":
        return
    text = next((v for k, v in stream.metadata.items() if k.lower() == "coverart"), "")
    if text and len(text) <= MAX_PICTURE_BYTES:
        try:
            yield from _raw(b64decode(text, validate=False), is_front=True)
        except (Base64Error, ValueError):
            return


def _raw(data: bytes, *, is_front: bool) -> Iterable[EmbeddedPicture]:
    name = sniff_magic(data[:4096])
    known = FORMATS.get(name or "")
    if known is not None and known.mime.startswith("image/"):
        width, height = picture_size(data) or (None, None)
        yield EmbeddedPicture(known.mime, width, height, is_front, data=data)
