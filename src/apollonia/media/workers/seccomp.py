"""A filter on system calls: files can be read, and nothing can be changed, started or reached.

Classic BPF, installed with ``prctl``; calls that are refused fail with ``EPERM``. Numbers are from
Linux's ``unistd_64.h`` (x86-64) and ``asm-generic/unistd.h`` (ARM64).
"""

import ctypes
import errno
import os
import struct
from collections.abc import Iterable

_PR_SET_SECCOMP = 22
_MODE_FILTER = 2
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE = 0x00050000 | errno.EPERM
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_X32_NUMBERS = 0x40000000
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_X86_64 = {
    "socket": "41 42 43 44 46 49 50 53 288 307",
    "start": "57 58 59 322",
    "trace": "101 310 311 438 62 200 234 424",
    "change": "76 77 82 83 84 85 86 87 88 90 91 92 93 94 132 133 161 165 166 235 258 259 260 261"
    " 263 264 265 266 268 280 285 316 452"
    " 188 189 190 197 198 199",
    "own": "155 246 248 249 250 272 298 308 313 321 323 425 426 427 428 429 430 432 442",
}
_ARM64 = {
    "socket": "198 199 200 201 202 203 206 211 242 269",
    "start": "221 281",
    "trace": "117 270 271 438 129 130 131 424",
    "change": "33 34 35 36 37 38 39 40 45 46 47 51 52 53 54 55 88 276 452 5 6 7 14 15 16",
    "own": "41 97 104 105 217 218 219 241 268 273 280 282 425 426 427 428 429 430 432 442",
}
_MACHINES = {
    # audit architecture, refused calls, (number, argument with the flags) of what opens files
    "x86_64": (0xC000003E, _X86_64, ((2, 1), (257, 2))),
    "aarch64": (0xC00000B7, _ARM64, ((56, 2),)),
}
_OPENAT2 = 437  # its flags lie in memory, where a filter cannot look


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def install_filter(libc: ctypes.CDLL) -> bool:
    """Install it for this process, for good; ``False``: not on this machine or kernel."""
    machine = _MACHINES.get(os.uname().machine)
    if machine is None or ctypes.sizeof(ctypes.c_void_p) != 8:
        return False
    architecture, refused, openers = machine
    numbers = sorted({int(n) for words in refused.values() for n in words.split()} | {_OPENAT2})
    code = ctypes.create_string_buffer(_assemble(architecture, numbers, openers))
    program = _Program(len(code.raw) // 8, ctypes.addressof(code))
    done = libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0)
    return bool(done == 0)


def _assemble(architecture: int, refused: list[int], openers: Iterable[tuple[int, int]]) -> bytes:
    """The program: eight bytes an instruction; jumps count instructions from the next one."""
    code = [
        _step(_LOAD, _ARCHITECTURE_AT),
        _step(_EQUAL, architecture, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER_AT),
        _step(_AT_LEAST, _X32_NUMBERS, 0, 1),
        _step(_RETURN, _KILL),
    ]
    for number, argument in openers:
        code += [
            _step(_EQUAL, number, 0, 4),
            _step(_LOAD, _ARGUMENTS_AT + 8 * argument),
            _step(_ANY_BIT, _WRITING, 0, 1),
            _step(_RETURN, _REFUSE),
            _step(_RETURN, _ALLOW),
        ]
    for number in refused:
        code += [_step(_EQUAL, number, 0, 1), _step(_RETURN, _REFUSE)]
    return b"".join([*code, _step(_RETURN, _ALLOW)])


def _step(operation: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", operation, if_true, if_false, value)
