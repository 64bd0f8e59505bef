"""HEIC: size, rotation and completeness from its boxes (ISO/IEC 23008-12); nothing is decoded."""

from collections.abc import Iterator
from typing import Any

from apollonia.media.faults import MediaFault
from apollonia.media.sniffing.content import Readable
from apollonia.media.sniffing.structure import ends_early

_MAX_META_BYTES = 4 << 20
_MAX_BOXES = 4096
_MAX_DEPTH = 4
_CONTAINERS = frozenset({b"iprp", b"ipco"})


def heif_facts(content: Readable) -> tuple[dict[str, Any], MediaFault | None]:
    """Fields of ``messages.Media`` as JSON, and what is wrong with the picture."""
    facts: dict[str, Any] = {"container": "heif", "codecs": ["hevc"]}
    meta = _meta(content)
    sizes: list[tuple[int, int]] = []
    turn = 0
    for kind, body in _boxes(meta[4:], 0) if meta else ():
        if kind == b"ispe" and len(body) >= 12:
            sizes.append((int.from_bytes(body[4:8], "big"), int.from_bytes(body[8:12], "big")))
        elif kind == b"irot" and body:
            turn = body[0] & 3
    if not sizes:
        return facts, MediaFault("corrupt", "Its description is damaged or missing.")
    width, height = max(sizes, key=lambda size: size[0] * size[1])  # tiles are smaller
    facts |= {"width": width, "height": height, "rotation": (360 - 90 * turn) % 360 or None}
    early = ends_early(content, "mov")
    return facts, MediaFault("truncated", early) if early else None


def _meta(content: Readable) -> bytes:
    at = 0
    for _ in range(16):
        head = content.read_at(at, 8)
        size = int.from_bytes(head[:4], "big")
        if len(head) < 8 or size < 8:
            return b""
        if head[4:8] == b"meta":
            return content.read_at(at + 8, min(size - 8, _MAX_META_BYTES))
        at += size
    return b""


def _boxes(data: bytes, depth: int) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    for _ in range(_MAX_BOXES):
        if at + 8 > len(data):
            return
        size = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        if size < 8:
            return
        body = data[at + 8 : at + size]
        if kind in _CONTAINERS and depth < _MAX_DEPTH:
            yield from _boxes(body, depth + 1)
        else:
            yield kind, body
        at += size
