"""The header of WMA and WMV by hand: many taggers leave headers that FFmpeg refuses.

Source: Advanced Systems Format (ASF) Specification, revision 01.20.03, sections 3.1 to 3.11.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from apollonia.domain.kinds import Kind
from apollonia.media.probing.tags import normalise

_CONTENT = UUID("75b22633-668e-11cf-a6d9-00aa0062ce6c")
_EXTENDED = UUID("d2d0a440-e307-11d2-97f0-00a0c95ea850")
_FILE = UUID("8cabdca1-a947-11cf-8ee4-00c00c205365")
_STREAM = UUID("b7dc0791-a9b7-11cf-8ee6-00c00c205365")
_AUDIO = UUID("f8699e40-5b4d-11cf-a8fd-00805f5c442b")
_VIDEO = UUID("bc19efc0-5b4d-11cf-a8fd-00805f5c442b")
_CODECS = {0x160: "wmav1", 0x161: "wmav2", 0x162: "wmapro", 0x163: "wmalossless"}
_CONTENT_FIELDS = ("title", "artist", "copyright", "comment", "rating")
_MAX_OBJECTS = 256
_MAX_ITEMS = 512


def asf_facts(head: bytes) -> dict[str, Any]:
    """Fields of ``messages.Media`` as JSON from the file's first bytes."""
    pairs: list[tuple[str, str]] = []
    facts: dict[str, Any] = {"container": "asf"}
    for kind, body in _objects(head):
        if kind == _CONTENT:
            pairs.extend(_content(body))
        elif kind == _EXTENDED:
            pairs.extend(_extended(body))
        elif kind == _FILE and len(body) >= 64:
            play, preroll = (int.from_bytes(body[i : i + 8], "little") for i in (40, 56))
            facts["duration_ms"] = max(0, min(play // 10_000 - preroll, 1 << 40))
        elif kind == _STREAM:
            facts |= _stream(body, facts)
    return facts | {"tags": normalise(pairs)}


def _objects(head: bytes) -> Iterator[tuple[UUID, bytes]]:
    at = 30
    for _ in range(_MAX_OBJECTS):
        if at + 24 > len(head):
            return
        size = int.from_bytes(head[at + 16 : at + 24], "little")
        if size < 24:
            return
        yield UUID(bytes_le=head[at : at + 16]), head[at + 24 : at + size]
        at += size


def _content(body: bytes) -> Iterator[tuple[str, str]]:
    at = 10
    for index, field in enumerate(_CONTENT_FIELDS):
        length = int.from_bytes(body[2 * index : 2 * index + 2], "little")
        yield field, _text(body[at : at + length])
        at += length


def _extended(body: bytes) -> Iterator[tuple[str, str]]:
    at = 2
    for _ in range(min(int.from_bytes(body[:2], "little"), _MAX_ITEMS)):
        length = int.from_bytes(body[at : at + 2], "little")
        name = _text(body[at + 2 : at + 2 + length])
        at += 2 + length
        kind, length = (int.from_bytes(body[at + i : at + i + 2], "little") for i in (0, 2))
        value = body[at + 4 : at + 4 + length]
        at += 4 + length
        if kind == 0:
            yield name, _text(value)
        elif kind != 1:  # 1 is raw bytes: pictures
            yield name, str(int.from_bytes(value, "little"))


def _text(raw: bytes) -> str:
    return raw[: len(raw) & ~1].decode("utf-16-le", "replace")


def _stream(body: bytes, facts: dict[str, Any]) -> dict[str, Any]:
    kind = UUID(bytes_le=body[:16]) if len(body) >= 72 else None
    if kind == _VIDEO:
        return {"kind": str(Kind.VIDEO)}
    if kind != _AUDIO:
        return {}
    codec = _CODECS.get(int.from_bytes(body[54:56], "little"))
    return {
        "kind": facts.get("kind", str(Kind.AUDIO)),
        "codecs": [codec] if codec else [],
        "channels": int.from_bytes(body[56:58], "little"),
        "sample_rate": int.from_bytes(body[58:62], "little"),
        "bit_rate": int.from_bytes(body[62:66], "little") * 8,
    }
