"""What the file system says of one file."""

import os
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class FileFacts:
    """From the very file that was read; ``atime_ns`` from before it was opened."""

    size: int
    mtime_ns: int
    ctime_ns: int
    atime_ns: int
    inode: int
    device: int
    links: int
    mode: int

    @classmethod
    def of(cls, stat: os.stat_result, atime_ns: int) -> Self:
        """The facts in a stat result, but for the time of access."""
        return cls(
            stat.st_size,
            stat.st_mtime_ns,
            stat.st_ctime_ns,
            atime_ns,
            stat.st_ino,
            stat.st_dev,
            stat.st_nlink,
            stat.st_mode,
        )

    def same_content(self, other: "FileFacts") -> bool:
        """Whether nothing was written in between."""
        return (self.size, self.mtime_ns, self.inode) == (other.size, other.mtime_ns, other.inode)
