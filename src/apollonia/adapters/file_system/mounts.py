"""The mount table of Linux: which file system a path is on, whatever hides what.

Format: ``Documentation/filesystems/proc.rst``, section 3.5, ``/proc/<pid>/mountinfo``.
"""

import os
import re
import select
import threading
import time
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc/self/mountinfo")
_ESCAPE = re.compile(rb"\\([0-7]{3})")
_OLD_S = 5.0  # then it is read again, whatever the system says
_READ_BYTES = 1 << 20
_TRIES = 5


class Mount(NamedTuple):
    """One line. ``number`` is ``MAJOR:MINOR`` of what is mounted."""

    id: int
    parent: int
    number: str
    point: bytes
    file_system: str
    source: bytes


class Mounts:
    """All mounts of one moment."""

    def __init__(self, mounts: Iterable[Mount]) -> None:
        by_id = {mount.id: mount for mount in mounts}
        self._on: dict[tuple[int | None, bytes], Mount] = {}
        for mount in by_id.values():
            parent = mount.parent if mount.parent in by_id and mount.parent != mount.id else None
            self._on[parent, mount.point] = mount
        self._points = sorted({mount.point for mount in by_id.values()})

    @classmethod
    def parse(cls, table: bytes) -> "Mounts":
        """Lines that cannot be understood are left out."""
        parsed = (_parse(line) for line in table.splitlines())
        return cls(mount for mount in parsed if mount is not None)

    def at(self, path: bytes) -> Mount | None:
        """The mount that a path without links is on: followed from the top, as the system does.

        A later mount on the same point, or above it, hides an earlier one.
        """
        found: Mount | None = None
        for prefix in _prefixes(path):
            while (on := self._on.get((found.id if found else None, prefix))) is not None:
                found = on
        return found

    def below(self, path: bytes) -> Iterator[Mount]:
        """The mounts that can be reached below a path, by their points, in order."""
        base = path.rstrip(b"/") + b"/"
        for point in self._points:
            if point.startswith(base) and point != path:
                mount = self.at(point)
                if mount is not None and mount.point == point:
                    yield mount


class MountTable:
    """The table as it is now; read again only when the system says that it has changed."""

    def __init__(self, path: Path = _PROC) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        self._changes = select.poll() if hasattr(select, "poll") else None
        self._mounts = Mounts(())
        self._mark = 0
        self._unseen = 0
        self._last = b""
        self._read_at = float("-inf")

    def mark(self) -> int:
        """Another number when the table has changed since."""
        self.read()
        return self._mark

    @property
    def unseen(self) -> int:
        """How often something came and went again, as far as the table shows, before a look."""
        return self._unseen

    def read(self) -> Mounts:
        """Blocks for less than a millisecond. Empty where there is no such table."""
        with self._lock:
            try:
                is_old = time.monotonic() - self._read_at > _OLD_S
                is_new = self._is_new()
                if is_new or is_old or self._path != _PROC:
                    text = self._text()
                    for _ in range(_TRIES):  # changed while it was read: in pieces, half of each
                        if self._path != _PROC or not self._is_new():
                            break
                        text, is_new = self._text(), True
                    self._parse(text, is_new=is_new)
            except OSError:
                self._mounts = Mounts(())
            return self._mounts

    def _parse(self, text: bytes, *, is_new: bool) -> None:
        self._read_at = time.monotonic()
        if text != self._last:
            self._last, self._mounts = text, Mounts.parse(text)
            self._mark += 1
        elif is_new:
            self._unseen += 1
            self._mark += 1

    def _is_new(self) -> bool:
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            weakref.finalize(self, os.close, self._descriptor)
            if self._changes is not None:
                self._changes.register(self._descriptor, select.POLLPRI)
            return True
        return self._changes is None or bool(self._changes.poll(0))

    def _text(self) -> bytes:
        if self._descriptor is None:
            return b""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        parts = []
        while part := os.read(self._descriptor, _READ_BYTES):
            parts.append(part)
        return b"".join(parts)


def _prefixes(path: bytes) -> Iterator[bytes]:
    """``/a/b`` → ``/``, ``/a``, ``/a/b``."""
    yield b"/"
    end = 0
    while 0 <= end < len(path.rstrip(b"/")):
        end = path.find(b"/", end + 1)
        yield path.rstrip(b"/") if end < 0 else path[:end]
        if end < 0:
            return


def _parse(line: bytes) -> Mount | None:
    fields, _, rest = line.partition(b" - ")
    try:
        number, parent, device, _, point, *_ = fields.split(b" ")
        kind, source, *_ = rest.split(b" ")
        return Mount(
            id=int(number),
            parent=int(parent),
            number=device.decode("ascii"),
            point=_plain(point),
            file_system=_plain(kind).decode("ascii", "backslashreplace"),
            source=_plain(source),
        )
    except ValueError:
        return None


def _plain(text: bytes) -> bytes:
    r"""``\040`` is a space, as in the table."""
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 8) & 0xFF]), text)
