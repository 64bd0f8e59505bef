"""Formats without magic bytes, known by frames that follow one another at the right distance."""

import re
from collections.abc import Callable

FrameLength = Callable[[bytes, int], int]

_SEARCHED_BYTES = 4096
_MPEG_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_KBPS = {
    (3, 3): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (3, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 3): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 1): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_AC3_WORDS = (
    (64, 69, 96), (80, 87, 120), (96, 104, 144), (112, 121, 168), (128, 139, 192), (160, 174, 240),
    (192, 208, 288), (224, 243, 336), (256, 278, 384), (320, 348, 480), (384, 417, 576),
    (448, 487, 672), (512, 557, 768), (640, 696, 960), (768, 835, 1152), (896, 975, 1344),
    (1024, 1114, 1536), (1152, 1253, 1728), (1280, 1393, 1920),
)  # fmt: skip

_SECONDS = bytes(b for b in range(0xE0, 0x100) if (b >> 3) & 3 != 1 and (b >> 1) & 3)
_THIRDS = bytes(b for b in range(0x10, 0xF0) if (b >> 2) & 3 != 3)
# What ``mpeg_frame_length`` takes for a header: most files are none, and full of 0xFF.
_MPEG_HEADER = re.compile(b"\xff[%b][%b]" % (re.escape(_SECONDS), re.escape(_THIRDS)), re.DOTALL)


def sniff_frames(head: bytes) -> str | None:
    """``ts``, ``m2ts``, ``ac3``, ``eac3``, ``aac``, ``mp3`` or ``mp2``; ``None``: none of them."""
    if _every(head, 0, 188):
        return "ts"
    if _every(head, 4, 192):
        return "m2ts"
    if head[:2] == b"\x0b\x77" and _follow(head, 0, ac3_frame_length, 2):
        return "eac3" if head[5] >> 3 > 10 else "ac3"  # bsid, ATSC A/52
    if _follow(head, 0, adts_frame_length, 2):
        return "aac"
    return _mpeg_audio(head)


def _every(head: bytes, start: int, step: int) -> bool:
    marks = head[start : start + 5 * step : step]
    return len(marks) >= 3 and marks.count(b"G") == len(marks)  # sync bytes


def _mpeg_audio(head: bytes) -> str | None:
    """MPEG audio may begin with junk: three frames in a row are needed, wherever they start."""
    found = _MPEG_HEADER.search(head)
    while found is not None and found.start() < _SEARCHED_BYTES:
        start = found.start()
        if _follow(head, start, mpeg_frame_length, 3 if start == 0 else 4):
            return "mp2" if (head[start + 1] >> 1) & 3 == 2 else "mp3"  # layer II
        found = _MPEG_HEADER.search(head, start + 1)
    return None


def _follow(head: bytes, start: int, length_of: FrameLength, wanted: int) -> bool:
    """Whether ``wanted`` frames follow one another; a head that ends sooner needs two at least."""
    seen = 0
    at = start
    while seen < wanted:
        if at >= len(head):
            return seen >= 2 or (seen == 1 and at == len(head))  # two in a row
        length = length_of(head, at)
        if not length:
            return False
        seen += 1
        at += length
    return True


def mpeg_frame_length(data: bytes, at: int) -> int:
    """Bytes of the MPEG audio frame at ``at``; 0: there is none."""
    if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] & 0xE0 != 0xE0:
        return 0
    version, layer = (data[at + 1] >> 3) & 3, (data[at + 1] >> 1) & 3
    rate_index, frequency = data[at + 2] >> 4, (data[at + 2] >> 2) & 3
    if version == 1 or layer == 0 or rate_index in (0, 15) or frequency == 3:
        return 0
    rate = _MPEG_RATES[version][frequency]
    bits = _KBPS[3 if version == 3 else 2, layer][rate_index - 1] * 1000
    padding = (data[at + 2] >> 1) & 1
    if layer == 3:  # layer I counts in slots of four bytes
        return (12 * bits // rate + padding) * 4
    slots = 72 if layer == 1 and version != 3 else 144
    return slots * bits // rate + padding


def adts_frame_length(data: bytes, at: int) -> int:
    """Bytes of the ADTS frame at ``at``; 0: there is none."""
    if at + 7 > len(data) or data[at] != 0xFF or data[at + 1] & 0xF6 != 0xF0:
        return 0
    if (data[at + 2] >> 2) & 15 > 12:  # no such sampling frequency
        return 0
    length = ((data[at + 3] & 3) << 11) | (data[at + 4] << 3) | (data[at + 5] >> 5)
    return length if length > 7 else 0  # longer than its own header


def ac3_frame_length(data: bytes, at: int) -> int:
    """Bytes of the AC-3 or E-AC-3 frame at ``at``; 0: there is none."""
    if at + 6 > len(data) or data[at : at + 2] != b"\x0b\x77":
        return 0
    stream_id = data[at + 5] >> 3
    if stream_id > 10:  # E-AC-3, ATSC A/52 annex E
        return 2 * ((((data[at + 2] & 7) << 8) | data[at + 3]) + 1) if stream_id <= 16 else 0
    code, size = data[at + 4] >> 6, data[at + 4] & 0x3F
    if code == 3 or size > 37:  # reserved
        return 0
    words = _AC3_WORDS[size >> 1][(0, 1, 2)[code]]
    return 2 * (words + (1 if code == 1 and size & 1 else 0))
