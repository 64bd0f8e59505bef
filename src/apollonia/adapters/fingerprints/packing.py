"""Fingerprints as bytes, little-endian: 32-bit items, or frames of a time and a hash."""

from array import array
from collections.abc import Iterable
from struct import Struct
from sys import byteorder

from apollonia.domain.matching.likeness import Family
from apollonia.domain.matching.perceptual import Frame
from apollonia.ports.fingerprints import Fingerprint

_FRAME = Struct("<IQ")
_MAX_MS = (1 << 32) - 1


def pack(fingerprint: Fingerprint) -> bytes:
    """Its items or frames."""
    if fingerprint.family is Family.ACOUSTIC:
        return _swapped(array("I", fingerprint.items)).tobytes()
    return b"".join(_FRAME.pack(min(it.at_ms, _MAX_MS), it.phash) for it in fingerprint.frames)


def unpack_items(packed: bytes) -> tuple[int, ...]:
    """The items of a Chromaprint."""
    items = array("I")
    items.frombytes(packed)
    return tuple(_swapped(items))


def unpack_frames(packed: bytes) -> Iterable[Frame]:
    """The frames of a picture or video."""
    return (Frame(at_ms, phash) for at_ms, phash in _FRAME.iter_unpack(packed))


def _swapped(items: "array[int]") -> "array[int]":
    if byteorder == "big":
        items.byteswap()
    return items


def signed(phash: int) -> int:
    """64 bits as databases have them."""
    return phash - (1 << 64) if phash >> 63 else phash


def unsigned(number: int) -> int:
    """The inverse of ``signed``."""
    return number & (1 << 64) - 1
