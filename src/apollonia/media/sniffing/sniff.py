"""What a file is, from its content: magic bytes, then the shape of its frames, then its text.

The extension counts only where the content tells nothing. Pure: looks at a bounded number of bytes
through a callback, never raises, whatever the bytes are.
"""

from collections.abc import Callable
from dataclasses import dataclass

from apollonia.domain.kinds import Kind, extension_of, kind_by_extension
from apollonia.media.sniffing.formats import FORMATS, Format, format_by_extension
from apollonia.media.sniffing.sniff_frames import sniff_frames
from apollonia.media.sniffing.sniff_text import sniff_text

HEAD_BYTES = 8192
_MAX_PREFIXES = 8

ReadAt = Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True)
class Guess:
    """``sure``: the content said so; otherwise only the file's name did."""

    kind: Kind
    format: Format | None
    sure: bool


def sniff(read_at: ReadAt, name: str) -> Guess:
    """Kind and format of what ``read_at(offset, length)`` reads; a short read is the end."""
    extension = extension_of(name)
    head, prefixed = _after_tags(read_at)
    found = sniff_magic(head) or sniff_frames(head)
    if found is None and prefixed:
        found = "mp3"
    if found is None:
        found = sniff_text(head, extension)
    if found is not None:
        known = FORMATS[found]
        return Guess(known.kind, known, sure=True)
    return Guess(kind_by_extension(name), format_by_extension(extension), sure=False)


def _after_tags(read_at: ReadAt) -> tuple[bytes, bool]:
    """The first bytes after leading ID3v2 and APE tags, and whether there were any."""
    offset = 0
    head = read_at(0, HEAD_BYTES)
    for _ in range(_MAX_PREFIXES):
        length = _tag_length(head)
        if not length:
            break
        offset += length
        head = read_at(offset, HEAD_BYTES)
    return head, offset > 0


def _tag_length(head: bytes) -> int:
    if head[:3] == b"ID3" and len(head) >= 10 and max(head[6:10]) < 0x80:
        size = (head[6] << 21) | (head[7] << 14) | (head[8] << 7) | head[9]
        return size + (20 if head[5] & 0x10 else 10)
    if head[:8] == b"APETAGEX" and len(head) >= 32:
        return 32 + int.from_bytes(head[12:16], "little")
    return 0


_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"fLaC", "flac"),
    (b"MAC ", "ape"),
    (b"wvpk", "wv"),
    (b"MPCK", "mpc8"),
    (b"MP+", "mpc"),
    (b"DSD ", "dsf"),
    (b"#!AMR", "amr"),
    (b".snd", "au"),
    (b"caff", "caf"),
    (b"TTA1", "tta"),
    (b"riff\x2e\x91\xcf\x11", "w64"),
    (b"FLV\x01", "flv"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c", "wmv"),
    (b"\x00\x00\x01\xba", "mpg"),
    (b"\x00\x00\x01\xb3", "m1v"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"\x1f\x8b\x08", "gz"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x7fELF", "exe"),
    (b"\x7f\xfe\x80\x01", "dts"),
)
_STARTS = tuple(magic for magic, _ in _MAGIC)
_CHUNKED = {
    (b"RIFF", b"WAVE"): "wav",
    (b"RF64", b"WAVE"): "wav",
    (b"RIFF", b"AVI "): "avi",
    (b"RIFF", b"WEBP"): "webp",
    (b"FORM", b"AIFF"): "aiff",
    (b"FORM", b"AIFC"): "aiff",
}
_EBML_HEADER_BYTES = 192
_BMP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})


def sniff_magic(head: bytes) -> str | None:
    """The format's name where the first bytes name it."""
    if head.startswith(_STARTS):
        return next(name for magic, name in _MAGIC if head.startswith(magic))
    return _CHUNKED.get((head[:4], head[8:12])) or _container(head) or _small_magic(head)


def _container(head: bytes) -> str | None:
    if head[:4] == b"FRM8" and head[12:16] == b"DSD ":
        return "dff"
    if head[:4] == b"OggS":
        return _ogg(head)
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "webm" if b"webm" in head[:_EBML_HEADER_BYTES] else "mkv"
    return _iso_media(head)


def _small_magic(head: bytes) -> str | None:
    """Two bytes that need a second look."""
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return "bmp"
    if head[:2] == b"PG" and len(head) >= 13 and head[10] in (0x14, 0x15, 0x16, 0x17, 0x80):
        return "sup"
    if head[:2] == b"MZ" and b"This program" in head[:256]:
        return "exe"
    return None


def _ogg(head: bytes) -> str:
    first = head[27 + (head[26] if len(head) > 26 else 0) :]
    if first.startswith(b"OpusHead"):
        return "opus"
    if first.startswith(b"Speex"):
        return "spx"
    if first.startswith((b"\x80theora", b"fishead", b"\x01video")):
        return "ogv"
    return "ogg"


_BRANDS = {
    **dict.fromkeys(
        (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc", b"hevx"), "heic"
    ),
    **dict.fromkeys((b"avif", b"avis"), "avif"),
    **dict.fromkeys((b"M4A ", b"M4B ", b"M4P "), "m4a"),
    b"qt  ": "mov",
}
_OLD_MOV_BOXES = frozenset({b"moov", b"mdat", b"wide", b"pnot", b"skip", b"free"})


def _iso_media(head: bytes) -> str | None:
    box, brand = head[4:8], head[8:12]
    if box == b"ftyp" and len(head) >= 12:
        if brand[:2] == b"3g":
            return "3gp"
        if brand == b"mif1" and b"avif" in head[16 : int.from_bytes(head[:4], "big")][:64]:
            return "avif"
        return _BRANDS.get(brand, "mp4")
    if box in _OLD_MOV_BOXES:
        size = int.from_bytes(head[:4], "big")
        return "mov" if size >= 8 or size in (0, 1) else None
    return None
