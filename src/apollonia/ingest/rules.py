"""What is not looked at, from names alone."""

import re
from dataclasses import dataclass

_UNFINISHED = (b".part", b".partial", b".crdownload", b".download", b".!qb", b".tmp~")
_RSYNC = re.compile(rb"^\..+\.[A-Za-z0-9]{6}$", re.DOTALL)
_OURS = b".apollonia"
_TRASH = b".trash"
_FOLDERS = frozenset({b"@eadir", b".snapshot", b"#recycle", b"$recycle.bin", b"lost+found"})


@dataclass(frozen=True, slots=True)
class Rules:
    """``excluded`` are folders by path: our own data, where it lies inside a root."""

    hidden: bool = False
    excluded: frozenset[bytes] = frozenset()

    def skips_file(self, name: bytes) -> bool:
        """Unfinished downloads, rsync's temporary names, our own; hidden ones unless asked."""
        if name[:1] == b".":
            return not self.hidden or name.startswith(_OURS) or _RSYNC.match(name) is not None
        return name.lower().endswith(_UNFINISHED)

    def skips_folder(self, path: bytes, name: bytes) -> bool:
        """Trash, snapshots, what a NAS keeps beside the files; hidden ones unless asked."""
        lower = name.lower()
        if lower in _FOLDERS or path in self.excluded:
            return True
        if name[:1] == b".":
            return not self.hidden or lower.startswith((_OURS, _TRASH))
        return False
