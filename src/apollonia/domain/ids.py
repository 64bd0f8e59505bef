"""Identifiers: UUIDv7 where we mint them (sorted by time), UUIDv5 where they follow from bytes."""

import os
import time
from hashlib import sha1
from uuid import UUID

_NAMESPACE = UUID("6f1f7a53-6f0f-5b5e-9d0a-1c3f0a9b7e11")
_RANDOM_BITS = 74


def uuid7(unix_ms: int | None = None) -> str:
    """A new time-ordered id (RFC 9562, version 7) as text."""
    moment = int(time.time() * 1000) if unix_ms is None else unix_ms
    random = int.from_bytes(os.urandom(10)) & ((1 << _RANDOM_BITS) - 1)
    value = (moment & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76
    value |= (random >> 62) << 64
    value |= 0b10 << 62
    value |= random & ((1 << 62) - 1)
    return _text(f"{value:032x}")


def uuid5_of(name: bytes) -> str:
    """The id that follows from these bytes: the same for everyone who computes it."""
    digest = bytearray(sha1(_NAMESPACE.bytes + name.hex().encode(), usedforsecurity=False).digest())
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    return _text(digest[:16].hex())


def _text(digits: str) -> str:
    """32 hexadecimal digits as a UUID is written: ``UUID`` itself takes five times as long."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID in its usual hyphenated form."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
