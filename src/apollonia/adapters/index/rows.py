"""Between the index's rows and its values. SQLite knows signed 64-bit numbers only."""

from typing import Any

from apollonia.domain.paths import folder_of, name_of
from apollonia.ports.index import Entry

_UNSIGNED = 1 << 64
_SIGN = 1 << 63

COLUMNS = (
    "size, mtime_ns, ctime_ns, atime_ns, inode, device, links, sha256, xxh128,"
    " file_id, error_code, gone_micros"
)


def signed(number: int) -> int:
    """Inode and device numbers use all 64 bits on some file systems."""
    return number - _UNSIGNED if number >= _SIGN else number


def unsigned(number: int) -> int:
    """The number as the file system gave it."""
    return number + _UNSIGNED if number < 0 else number


def path_in(folder: bytes, name: bytes) -> bytes:
    """``/m`` and ``a.flac`` → ``/m/a.flac``; the root folder ends in its slash already."""
    return folder + name if folder.endswith(b"/") else folder + b"/" + name


def split(path: bytes) -> tuple[bytes, bytes]:
    """Folder and name."""
    return folder_of(path), name_of(path)


def to_row(entry: Entry, folder_id: int) -> tuple[Any, ...]:
    """All columns of ``entries``, in order."""
    return (
        folder_id,
        name_of(entry.path),
        entry.size,
        entry.mtime_ns,
        entry.ctime_ns,
        entry.atime_ns,
        signed(entry.inode),
        signed(entry.device),
        entry.links,
        None if entry.sha256_hash is None else bytes.fromhex(entry.sha256_hash),
        None if entry.xxh128_hash is None else bytes.fromhex(entry.xxh128_hash),
        entry.file_id,
        entry.error_code,
        entry.gone_micros,
    )


def to_entry(path: bytes, row: tuple[Any, ...]) -> Entry:
    """From the columns ``COLUMNS``."""
    size, mtime_ns, ctime_ns, atime_ns, inode, device, links, sha256, xxh128, *rest = row
    file_id, error_code, gone_micros = rest
    return Entry(
        path=path,
        size=size,
        mtime_ns=mtime_ns,
        ctime_ns=ctime_ns,
        atime_ns=atime_ns,
        inode=unsigned(inode),
        device=unsigned(device),
        links=links,
        sha256_hash=None if sha256 is None else sha256.hex(),
        xxh128_hash=None if xxh128 is None else xxh128.hex(),
        file_id=file_id,
        error_code=error_code,
        gone_micros=gone_micros,
    )
