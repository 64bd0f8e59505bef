"""What was about to happen to an upload, written down before it happens: read after a crash."""

import os
from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import orjson

_NAME = b"landing.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """The file with this inode is about to get this path below its root."""

    path: bytes
    inode: int
    size: int
    sha256_hash: str

    def to_bytes(self) -> bytes:
        """As it is kept."""
        path = b64encode(self.path).decode("ascii")
        record = (path, self.inode, self.size, self.sha256_hash)
        return orjson.dumps(dict(zip(self.__slots__, record, strict=True)))

    @classmethod
    def of(cls, content: bytes) -> Self | None:
        """``None`` when it is not whole."""
        try:
            record = orjson.loads(content)
            return cls(
                path=b64decode(record["path"], validate=True),
                inode=int(record["inode"]),
                size=int(record["size"]),
                sha256_hash=str(record["sha256_hash"]),
            )
        except (ValueError, TypeError, KeyError):
            return None


def write_note(folder: int, note: Note) -> None:
    """On disk when this returns, in place of the one before. Raises ``OSError``."""
    temporary = b"." + _NAME
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600, dir_fd=folder)
    try:
        os.write(fd, note.to_bytes())
        os.fsync(fd)
    finally:
        os.close(fd)
    os.rename(temporary, _NAME, src_dir_fd=folder, dst_dir_fd=folder)
    os.fsync(folder)


def read_note(folder: int) -> Note | None:
    """The note; ``None`` where there is none."""
    try:
        fd = os.open(_NAME, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder)
    except FileNotFoundError:
        return None
    with os.fdopen(fd, "rb") as file:
        return Note.of(file.read())


def drop_note(folder: int) -> None:
    """What was about to happen will not happen."""
    with suppress(FileNotFoundError):
        os.unlink(_NAME, dir_fd=folder)
        os.fsync(folder)
