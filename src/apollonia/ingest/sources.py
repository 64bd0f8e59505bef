"""Where a new file came from: another path, a path that it left, or a second name for one file.

A move keeps the file's id and costs no reading. It needs a path that is free now: where both paths
hold a file, each place keeps its own id, whatever was copied, linked or saved over what.
"""

import os
import stat as modes
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from apollonia.errors import FilesUnavailableError
from apollonia.ingest.look import Changed
from apollonia.ports.file_system import FileSystem
from apollonia.ports.index import Entry, Index


@dataclass(frozen=True, slots=True)
class Source:
    """``moved_from``: a path that is free now. ``same_as``: an entry with the same content."""

    moved_from: bytes | None = None
    same_as: Entry | None = None


NOWHERE = Source()


@dataclass(slots=True)
class Clues:
    """What the index knows about where some files may have come from."""

    by_inode: dict[tuple[int, int], list[Entry]]
    by_path: Mapping[bytes, Entry]

    def paths_to_check(self, changed: Sequence[Changed]) -> set[bytes]:
        """Paths that would have to be free."""
        named = {c.named.moved_from for c in changed if c.named.moved_from is not None}
        return named | {e.path for entries in self.by_inode.values() for e in entries if e.is_live}


async def gather_clues(index: Index, changed: Sequence[Changed]) -> Clues:
    """Two look-ups for a whole chunk."""
    inodes = {(c.stat.st_dev, c.stat.st_ino) for c in changed}
    by_inode: dict[tuple[int, int], list[Entry]] = {}
    for entry in await index.entries_by_inode(inodes):
        by_inode.setdefault((entry.device, entry.inode), []).append(entry)
    paths = {c.named.moved_from for c in changed if c.named.moved_from is not None}
    return Clues(by_inode, await index.entries(paths) if paths else {})


def free_paths(files: FileSystem, paths: Iterable[bytes]) -> set[bytes]:
    """Those where there is no regular file now; blocks."""
    return {path for path in paths if _is_free(files, path)}


def _is_free(files: FileSystem, path: bytes) -> bool:
    try:
        found = files.stat(path)
    except FilesUnavailableError:
        return False
    return found is None or not modes.S_ISREG(found.st_mode)


def source_of(changed: Changed, clues: Clues, free: set[bytes]) -> Source:
    """The best explanation for this file."""
    stat = changed.stat
    known = clues.by_inode.get((stat.st_dev, stat.st_ino), [])
    own = next((entry for entry in known if entry.path == changed.path), None)
    same = [entry for entry in known if entry is not own and _same_content(entry, stat)]
    same_as = _reusable(same, own, stat)
    if own is not None and own.is_live:
        return Source(None, same_as)
    told = clues.by_path.get(changed.named.moved_from or b"")
    if told is not None and told.file_id is not None and told.path in free:
        return Source(told.path, told if _readable_same(told, stat) else same_as)
    for entry in sorted(same, key=lambda entry: not entry.is_live):
        if entry.file_id is not None and (not entry.is_live or entry.path in free):
            return Source(entry.path, same_as)
    return Source(None, same_as)


def _reusable(same: list[Entry], own: Entry | None, stat: os.stat_result) -> Entry | None:
    """An entry whose hashes hold for this file.

    Under its own name a changed time of change means reading again, since tag editors can keep the
    time of modification; unless a link that was added or taken away explains it.
    """
    if own is not None and _readable_same(own, stat):
        returned = not own.is_live
        if returned or own.links != stat.st_nlink or own.ctime_ns == stat.st_ctime_ns:
            return own
        return None
    return next((entry for entry in same if entry.sha256_hash is not None), None)


def _readable_same(entry: Entry, stat: os.stat_result) -> bool:
    return entry.sha256_hash is not None and _same_content(entry, stat)


def _same_content(entry: Entry, stat: os.stat_result) -> bool:
    return (entry.size, entry.mtime_ns, entry.inode, entry.device) == (
        stat.st_size,
        stat.st_mtime_ns,
        stat.st_ino,
        stat.st_dev,
    )
