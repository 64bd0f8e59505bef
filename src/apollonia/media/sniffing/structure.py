"""How long a container says it is: the sign of a file that was not copied to its end."""

from collections.abc import Callable

from apollonia.media.sniffing.content import Readable

_MAX_BOXES = 4096
_UNKNOWN_SIZES = frozenset({0xFF, 0x01FFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFF})


def declared_size(content: Readable, demuxer: str | None) -> int | None:
    """Bytes the file should have by its own word; ``None``: its format does not say."""
    reader = _READERS.get(demuxer or "")
    return reader(content) if reader else None


def ends_early(content: Readable, demuxer: str | None) -> str | None:
    """A sentence for a person when much of what the file announces is not there."""
    declared = declared_size(content, demuxer)
    if declared is None or declared <= content.size or declared > 1 << 50:
        return None
    if declared - content.size < max(64, declared // 1000):
        return None
    return f"It ends early: {content.size:,} of {declared:,} bytes are here; copy it again."


def _riff(content: Readable) -> int | None:
    head = content.read_at(0, 12)
    size = int.from_bytes(head[4:8], "little")
    if head[:4] != b"RIFF" or size in {0, 0xFFFFFFFF}:
        return None
    return size + 8


def _form(content: Readable) -> int | None:
    head = content.read_at(0, 12)
    return int.from_bytes(head[4:8], "big") + 8 if head[:4] == b"FORM" else None


def _boxes(content: Readable) -> int | None:
    """MP4 and its family: the end of the last box at the top."""
    at = 0
    for _ in range(_MAX_BOXES):
        head = content.read_at(at, 16)
        if len(head) < 8:
            break
        size = int.from_bytes(head[:4], "big")
        if size == 0:
            return None  # to the end of the file
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if size < 8 or not head[4:8].isascii():
            return None
        at += size
        if at >= content.size:
            return at
    return None


def _matroska(content: Readable) -> int | None:
    head = content.read_at(0, 256)
    _, at = _vint(head, 4)
    header, _ = _vint(head, 4)
    at += header or 0
    if head[at : at + 4] != b"\x18\x53\x80\x67":
        return None
    size, end = _vint(head, at + 4)
    return None if size is None or size in _UNKNOWN_SIZES else end + size


def _vint(data: bytes, at: int) -> tuple[int | None, int]:
    """EBML's variable-length number at ``at``, and where it ends."""
    if at >= len(data) or data[at] == 0:
        return None, at + 1
    length = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + length], "big") & ((1 << (7 * length)) - 1)
    return value, at + length


def _mp3(content: Readable) -> int | None:
    """A Xing or Info header counts the stream's bytes."""
    head = content.read_at(0, 10)
    start = 0
    if head[:3] == b"ID3":
        start = 10 + ((head[6] << 21) | (head[7] << 14) | (head[8] << 7) | head[9])
    frame = content.read_at(start, 256)
    at = max(frame.find(b"Xing"), frame.find(b"Info"))
    if at < 0 or len(frame) < at + 16:
        return None
    flags = int.from_bytes(frame[at + 4 : at + 8], "big")
    if not flags & 2:
        return None
    field = at + 8 + (4 if flags & 1 else 0)
    size = int.from_bytes(frame[field : field + 4], "big")
    return start + size if size else None


_READERS: dict[str, Callable[[Readable], int | None]] = {
    "wav": _riff,
    "avi": _riff,
    "webp": _riff,
    "aiff": _form,
    "mov": _boxes,
    "matroska": _matroska,
    "mp3": _mp3,
}
