"""What ``FakeFiles`` is made of."""

import os
import stat as modes
from collections.abc import Collection
from dataclasses import dataclass

from apollonia.ports.file_system import Listing

_WORDS = {modes.S_IFIFO: "named pipe", modes.S_IFSOCK: "socket"}


@dataclass(slots=True)
class Node:
    """A file, folder, link or pipe; several names may lead to one file."""

    type: int
    inode: int
    device: int
    data: bytes = b""
    mtime_ns: int = 0
    ctime_ns: int = 0
    atime_ns: int = 0
    links: int = 1
    target: bytes = b""

    def stat(self) -> os.stat_result:
        """As ``lstat`` would tell."""
        fields = (self.type | 0o644, self.inode, self.device, self.links, 0, 0, len(self.data))
        times = {
            "st_atime_ns": self.atime_ns,
            "st_mtime_ns": self.mtime_ns,
            "st_ctime_ns": self.ctime_ns,
        }
        return os.stat_result((*fields, 0, 0, 0), times)


def listing_of(
    folder: bytes, children: list[tuple[bytes, Node]], only: Collection[bytes] | None
) -> Listing:
    """As ``list_folder`` gives it."""
    files = {name: node for name, node in children if modes.S_ISREG(node.type)}
    return Listing(
        folder,
        names=list(files),
        stats={n: node.stat() for n, node in files.items() if only is None or n in only},
        folders=[name for name, node in children if modes.S_ISDIR(node.type)],
        links=[name for name, node in children if modes.S_ISLNK(node.type)],
        others={name: _WORDS[node.type] for name, node in children if node.type in _WORDS},
    )
