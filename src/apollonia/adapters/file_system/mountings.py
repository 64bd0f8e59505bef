"""Which mounting a folder is on: another one after its disk went and came back, however soon.

``/proc/self/mountinfo`` does not tell: its numbers are given again at once. Linux 6.8 numbers every
mounting of a running system once, which only ``statx`` tells; Python has no function for it.
"""

import ctypes
import os
from typing import Final

_AT_FDCWD: Final = -100
_FLAGS: Final = 0x100 | 0x800 | 0x4000  # no link followed, nothing mounted for it, no server asked
_MNT_ID_UNIQUE: Final = 0x4000
_BYTES: Final = 256
_MASK: Final = slice(0, 4)
_NUMBER: Final = slice(0x90, 0x98)


def mounting_of(folder: bytes) -> int | None:
    """The number, as long as the system runs; ``None``: this system does not tell."""
    statx = _STATX
    if statx is None:
        return None
    found = ctypes.create_string_buffer(_BYTES)
    if statx(_AT_FDCWD, folder, _FLAGS, _MNT_ID_UNIQUE, found):
        return None
    if not int.from_bytes(found.raw[_MASK], "little") & _MNT_ID_UNIQUE:
        return None
    return int.from_bytes(found.raw[_NUMBER], "little")


def _load() -> "ctypes._NamedFuncPointer | None":
    try:
        statx = ctypes.CDLL(None).statx
    except (AttributeError, OSError):
        return None  # another system, or an old library
    statx.argtypes = [
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.c_char_p,
    ]
    statx.restype = ctypes.c_int
    return statx


_STATX = _load() if os.name == "posix" else None
