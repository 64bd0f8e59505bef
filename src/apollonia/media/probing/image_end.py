"""Whether a picture is there to its end, told by its last bytes or by its own word on its size."""

from apollonia.media.sniffing.content import Content

_TAIL_BYTES = 64 * 1024


def looks_complete(content: Content, name: str) -> bool:
    """``False`` means that a closer look is needed, not that something is missing."""
    tail = content.read_at(max(0, content.size - _TAIL_BYTES), _TAIL_BYTES)
    if name == "jpeg":
        return content.size > 128 and b"\xff\xd9" in tail
    if name == "png":
        return b"IEND\xaeB`\x82" in tail
    if name == "gif":
        return tail.rstrip(b"\x00").endswith(b";")
    if name == "webp":
        return int.from_bytes(content.read_at(4, 4), "little") + 8 <= content.size
    if name == "bmp":
        return int.from_bytes(content.read_at(2, 4), "little") <= content.size > 54
    return name == "avif"
