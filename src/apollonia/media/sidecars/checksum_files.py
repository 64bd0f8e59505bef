"""Checksum files: what GNU and BSD tools write, and SFV.

Names are bytes, as on the disk. Whether they may be followed is for ``beneath`` to say.
"""

import codecs
import re
from dataclasses import dataclass
from typing import Any, Literal

from apollonia.media.sidecars.limits import MAX_LINE, MAX_SUMS

type Algorithm = Literal["md5", "sha1", "sha256", "sha512", "crc32"]

ALGORITHMS = frozenset({"md5", "sha1", "sha256", "sha512", "crc32"})

_BY_LENGTH: dict[int, Algorithm] = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
_BY_NAME: dict[bytes, Algorithm] = {
    b"MD5": "md5",
    b"SHA1": "sha1",
    b"SHA256": "sha256",
    b"SHA512": "sha512",
    b"CRC32": "crc32",
}
_GNU = re.compile(rb"(\\?)([0-9A-Fa-f]{32,128}) [ *](.+)", re.DOTALL)
_BSD = re.compile(rb"(\\?)([A-Za-z0-9-]{3,10}) ?\((.+)\) ?= ?([0-9A-Fa-f]{8,128})", re.DOTALL)
_SFV = re.compile(rb"(.*\S)\s{1,64}(?:0x)?([0-9A-Fa-f]{8})", re.DOTALL)
_BARE = re.compile(rb"[0-9A-Fa-f]{32,128}")
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r"}
_DIGITS = {"crc32": 8, "md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}
_DRIVE = re.compile(rb"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Sum:
    """One line: a name, relative to the file's folder, and its digest in lower-case hexadecimal."""

    name: bytes
    algorithm: Algorithm
    digest: str


@dataclass(frozen=True, slots=True)
class SumList:
    """What a checksum file lists, at most 10,000 files; ``count`` is how many there are."""

    sums: tuple[Sum, ...]
    count: int

    @property
    def algorithm(self) -> Algorithm | None:
        """That of the first file."""
        return self.sums[0].algorithm if self.sums else None


def is_checksum_name(name: str) -> bool:
    """Whether a file of this name is one: ``x.md5``, ``x.sfv``, ``SHA256SUMS``."""
    lower = name.casefold()
    return lower.endswith((".md5", ".sfv", ".sha256")) or lower.removesuffix(".txt") in {
        "md5sum",
        "md5sums",
        "sha256sum",
        "sha256sums",
    }


def read_sums(data: bytes, name: bytes = b"") -> SumList:
    """The files listed; lines that are none are passed over.

    ``name`` is the checksum file's own: a digest alone is that of the file it is named after.
    """
    data = _as_bytes(data)
    sfv = name.lower().endswith(b".sfv")
    sums: list[Sum] = []
    count = 0
    for raw in data.split(b"\n"):
        line = raw.rstrip(b"\r")
        if not line or len(line) > MAX_LINE + 256 or line.lstrip()[:1] in {b";", b"#"}:
            continue
        found = _sfv(line) if sfv else None
        found = found or _gnu(line) or _bsd(line) or _bare(line.strip(), name) or _sfv(line)
        if found is None:
            continue
        count += 1
        if len(sums) < MAX_SUMS:
            sums.append(found)
    return SumList(tuple(sums), count)


def sum_facts(found: SumList) -> dict[str, Any]:
    """Field ``checksums`` of ``messages.Media``, still without a result."""
    if not found.count:
        return {}
    return {"checksums": {"algorithm": found.algorithm, "entries": found.count}}


def beneath(name: bytes) -> bytes | None:
    """The name as a path below the folder, or ``None`` where it leads out of it or nowhere."""
    if name.startswith((b"/", b"\\")) or _DRIVE.match(name) or b"\x00" in name:
        return None
    parts = [part for part in name.split(b"/") if part not in {b"", b"."}]
    if not parts or b".." in parts or len(name) > MAX_LINE:
        return None
    return b"/".join(parts)


def _as_bytes(data: bytes) -> bytes:
    """Some Windows tools write UTF-16 or a mark before UTF-8."""
    if data.startswith(codecs.BOM_UTF8):
        return data[len(codecs.BOM_UTF8) :]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    return data


def _gnu(line: bytes) -> Sum | None:
    found = _GNU.fullmatch(line)
    algorithm = _BY_LENGTH.get(len(found[2])) if found else None
    if found is None or algorithm is None:
        return None
    name = _unescaped(found[3]) if found[1] else found[3]
    return Sum(name, algorithm, found[2].decode("ascii").lower())


def _bsd(line: bytes) -> Sum | None:
    found = _BSD.fullmatch(line.rstrip())
    algorithm = _BY_NAME.get(found[2].upper().replace(b"-", b"")) if found else None
    if found is None or algorithm is None or len(found[4]) != _DIGITS[algorithm]:
        return None
    name = _unescaped(found[3]) if found[1] else found[3]
    return Sum(name, algorithm, found[4].decode("ascii").lower())


def _sfv(line: bytes) -> Sum | None:
    found = _SFV.fullmatch(line.strip())
    return Sum(found[1], "crc32", found[2].decode("ascii").lower()) if found else None


def _bare(line: bytes, name: bytes) -> Sum | None:
    algorithm = _BY_LENGTH.get(len(line)) if _BARE.fullmatch(line) else None
    owner = name.rpartition(b".")[0]
    if algorithm is None or not owner:
        return None
    return Sum(owner, algorithm, line.decode("ascii").lower())


def _unescaped(name: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), name)
