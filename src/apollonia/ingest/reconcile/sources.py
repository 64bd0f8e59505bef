"""Where a new file came from: another path, a path that it left, or a second name for one file.

A move keeps the file's id. It needs a path that is free now: where both paths hold a file, each
place keeps its own id, whatever was copied, linked or saved over what.

Only two moves cost no reading: one that was seen from its beginning to its end (inotify's cookie,
and nothing else was heard of the file), and that of a whole folder, which leaves the time of change
of the files in it alone. Everything else is a guess: the content is read, and only where it is the
same is it a move. Numbers prove nothing: a freed inode is used again, times can be set.
"""

import os
import stat as modes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from apollonia.domain.paths import is_other_spelling
from apollonia.errors import FilesUnavailableError
from apollonia.ingest.reconcile.look import Changed
from apollonia.ports.file_system import FileSystem
from apollonia.ports.index import Entry, Index


@dataclass(frozen=True, slots=True)
class Source:
    """``moved_from``: a path that is free now; ``guessed``: if the content is the same.

    ``same_as``: an entry whose content this is, surely.
    """

    moved_from: bytes | None = None
    guessed: bool = False
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
        return named | {e.path for entries in self.by_inode.values() for e in entries}


async def gather_clues(index: Index, changed: Sequence[Changed]) -> Clues:
    """Two look-ups for a whole chunk."""
    inodes = {(c.stat.st_dev, c.stat.st_ino) for c in changed}
    by_inode: dict[tuple[int, int], list[Entry]] = {}
    for entry in await index.entries_by_inode(inodes):
        by_inode.setdefault((entry.device, entry.inode), []).append(entry)
    paths = {c.named.moved_from for c in changed if c.named.moved_from is not None}
    return Clues(by_inode, await index.entries(paths) if paths else {})


def free_paths(
    files: FileSystem,
    clues: Clues,
    changed: Sequence[Changed],
    top_of: Callable[[bytes], bytes | None],
) -> set[bytes]:
    """Paths that some of these files may have left, and where no other file is now; blocks.

    ``top_of`` tells the root of each.
    """
    here = {(one.stat.st_dev, one.stat.st_ino): one.path for one in changed}
    paths = clues.paths_to_check(changed)
    return {path for path in paths if _is_free(files, path, top_of(path), here)}


def _is_free(
    files: FileSystem, path: bytes, top: bytes | None, here: Mapping[tuple[int, int], bytes]
) -> bool:
    try:
        found = files.stat(path, top=top)
    except FilesUnavailableError:
        return False
    if found is None or not modes.S_ISREG(found.st_mode):
        return True
    # Where the file system does not tell "a" from "A", the old spelling still finds the file.
    same = here.get((found.st_dev, found.st_ino))
    return found.st_nlink == 1 and same is not None and is_other_spelling(path, same)


def source_of(changed: Changed, clues: Clues, free: set[bytes], *, heard_all: bool) -> Source:
    """The best explanation for this file. ``heard_all``: nothing happened that nobody heard of."""
    stat = changed.stat
    known = clues.by_inode.get((stat.st_dev, stat.st_ino), [])
    if any(entry.path == changed.path and entry.is_live for entry in known):
        return NOWHERE
    told = clues.by_path.get(changed.named.moved_from or b"")
    if told is not None and told.file_id is not None and told.path in free:
        only_renamed = heard_all and changed.named.only_renamed and _same_times(told, stat)
        return Source(told.path, same_as=told if only_renamed or _untouched(told, stat) else None)
    for entry in sorted(known, key=lambda entry: not entry.is_live):
        if entry.path == changed.path or entry.file_id is None or entry.sha256_hash is None:
            continue
        if entry.size == stat.st_size and entry.path in free:
            untouched = entry if _untouched(entry, stat) else None
            return Source(entry.path, guessed=untouched is None, same_as=untouched)
    return NOWHERE


def _untouched(entry: Entry, stat: os.stat_result) -> bool:
    """Nothing at all was done to the file itself: a folder above it was renamed."""
    return entry.is_live and _same_times(entry, stat) and entry.ctime_ns == stat.st_ctime_ns


def _same_times(entry: Entry, stat: os.stat_result) -> bool:
    facts = (entry.size, entry.mtime_ns, entry.inode, entry.device)
    return entry.sha256_hash is not None and facts == (
        stat.st_size,
        stat.st_mtime_ns,
        stat.st_ino,
        stat.st_dev,
    )
