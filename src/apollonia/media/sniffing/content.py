"""One open file, as the readers of formats see it: a descriptor, a size, bytes at an offset."""

import os
from dataclasses import dataclass
from typing import Protocol


class Readable(Protocol):
    """What readers of headers need: a size, and bytes at an offset."""

    @property
    def size(self) -> int:
        """Bytes in all."""
        ...

    def read_at(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``offset``; fewer only at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Content:
    """``name`` is the last part of the path, for its extension only."""

    fd: int
    size: int
    name: str

    def read_at(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``offset``; fewer only at the end; none beyond it.

        Raises:
            OSError: the disk cannot deliver them.
        """
        if offset >= self.size or length <= 0:
            return b""
        return os.pread(self.fd, min(length, self.size - offset), offset)
