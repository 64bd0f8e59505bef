"""The root guard: a root that is away, or suddenly much smaller, loses nothing.

A mass disappearance waits for the files to return, or for a person who asks for a rescan after
having been told: that scan may then delete as many as were reported, no more.
"""

import os
import stat as modes
from dataclasses import dataclass

from apollonia.domain.paths import display
from apollonia.errors import FilesUnavailableError, NotFoundError
from apollonia.ingest.options import IngestOptions
from apollonia.ports.file_system import FileSystem


@dataclass(frozen=True, slots=True)
class Disappearance:
    """``gone`` of ``known`` files were not found; ``sample`` are some of them.

    ``before``: so many were deleted while the root was watched since the last scan, ``known`` among
    them. ``other_disk``: the root is on another disk than it was then. ``moved``: so many more came
    to other places meanwhile.
    """

    gone: int
    known: int
    sample: tuple[bytes, ...]
    before: int = 0
    other_disk: bool = False
    moved: int = 0

    @property
    def words(self) -> str:
        """For the root's status."""
        where = " and the folder is on another disk than before" if self.other_disk else ""
        what = f"{self.gone} of {self.known} files disappeared{where};"
        return (
            f"{what} nothing was deleted. Bring them back"
            " (is a disk not mounted?), or ask for a rescan of this folder to confirm that they"
            " are gone."
        )


@dataclass(frozen=True, slots=True)
class RootFacts:
    """Where the root is, and whether there is anything in it."""

    device: int
    is_empty: bool


def look_at_root(files: FileSystem, root: bytes) -> RootFacts:
    """Blocks.

    Raises:
        FilesUnavailableError: it is not there, is no folder, or cannot be read.
    """
    try:
        is_empty = not files.has_entries(root)
    except NotFoundError:
        raise FilesUnavailableError(
            f"{display(root)} is not there; nothing was deleted. Is its disk mounted?"
        ) from None
    return RootFacts(_folder_stat(files, root).st_dev, is_empty)


def check_same_disk(root: bytes, facts: RootFacts, device: int | None) -> None:
    """For an empty root of which files are known; ``device`` is where the last scan found it.

    Raises:
        FilesUnavailableError: it is on another one: what we see is the folder on which its disk is
            mounted at other times.
    """
    if device is not None and facts.device != device:
        raise FilesUnavailableError(
            f"{display(root)} is empty and on another disk than before; nothing was deleted."
            " Is its disk mounted?"
        )


def is_suspicious(lost: Disappearance, options: IngestOptions, *, root_is_empty: bool) -> bool:
    """Whether so many files at once cannot be believed without asking."""
    if not lost.gone:
        return False
    if root_is_empty or lost.other_disk:
        return True
    return is_too_many(lost.gone + lost.before, lost.known + lost.before, options)


def is_too_many(gone: int, known: int, options: IngestOptions) -> bool:
    """Whether so many of so many files do not disappear by a person's hand, as a rule."""
    return gone > options.guard_files and gone > options.guard_share * known


def _folder_stat(files: FileSystem, root: bytes) -> os.stat_result:
    found = files.stat(root)
    if found is not None and modes.S_ISLNK(found.st_mode):
        target = files.resolve(root)
        found = None if target is None else files.stat(target)
    if found is None:
        raise FilesUnavailableError(f"{display(root)} is not there; is its disk mounted?")
    return found
