"""Whether files that a listing did not show are really gone, or only out of reach.

Where a disk was unmounted, the folder below it comes to light: empty mostly, but not always. A file
whose nearest folder that is left is on another device than the file was went with its disk. Devices
may get other numbers at a restart: a folder on a disk of its own below the root is believed.
"""

import os
import stat as modes
from collections.abc import Sequence

from apollonia.domain.paths import folder_of, is_inside, name_of
from apollonia.errors import FilesUnavailableError
from apollonia.ingest.root.guard import RootFacts, look_at_root
from apollonia.ingest.selection.ignore_files import RuleLook
from apollonia.ports.file_system import FileSystem
from apollonia.ports.index import Entry


class Verdicts:
    """Looks at what is left on the disk; blocks. Good for one short while: it remembers folders.

    ``refused``: how many of those out of reach the system does not let us look at. ``ignored``:
    files, there or not, that a rule leaves alone.
    """

    def __init__(
        self, files: FileSystem, root: bytes, device: int | None, look: RuleLook | None = None
    ) -> None:
        self._files = files
        self._root = root
        self._look = look
        self.refused = 0
        self.ignored: list[bytes] = []
        self._device = device  # the root's, when it was scanned last
        self._facts: dict[bytes, RootFacts] = {}
        self._nearest: dict[bytes, bytes] = {}
        self._spellings: dict[bytes, frozenset[bytes] | None] = {}

    def gone(self, entries: Sequence[Entry]) -> tuple[list[bytes], list[bytes]]:
        """Paths that are gone, and paths that are out of reach; none that are ``ignored``.

        What is gone is looked at twice: a disk may come and go between the look at a file and that
        at its folder, or after the folder that is remembered here was looked at.
        """
        gone, away = self._judge(entries)
        if gone:
            self._facts.clear()
            self._nearest.clear()
            paths = frozenset(gone)
            again = [entry for entry in entries if entry.path in paths]
            gone = [entry.path for entry in again if self._is_still_gone(entry)]
            left = paths.difference(gone)
            away += [entry.path for entry in again if entry.path in left]
        return gone, away

    def _is_still_gone(self, entry: Entry) -> bool:
        """Its folder first, then the file: whoever is mounted now would show it."""
        try:
            return not self._went_with_its_disk(entry) and not self._is_there(entry)
        except FilesUnavailableError:
            return False

    def _judge(self, entries: Sequence[Entry]) -> tuple[list[bytes], list[bytes]]:
        gone: list[bytes] = []
        away: list[bytes] = []
        for entry in entries:
            try:
                there = self._is_there(entry)
                if not there and self._went_with_its_disk(entry):
                    away.append(entry.path)
                elif self._look is not None and self._look.ignores(entry.path):
                    self.ignored.append(entry.path)
                elif not there:
                    gone.append(entry.path)
            except FilesUnavailableError:
                self.refused += 1
                away.append(entry.path)
        return gone, away

    def _is_there(self, entry: Entry) -> bool:
        found = self._files.stat(entry.path, top=self._root)
        return (
            found is not None
            and modes.S_ISREG(found.st_mode)
            and not self._is_misspelt(entry.path, found)
        )

    def _is_misspelt(self, path: bytes, found: os.stat_result) -> bool:
        """Whether only a file system that does not tell "a" from "A" finds it here."""
        folder, name = folder_of(path), name_of(path)
        if folder not in self._spellings and (other := name.swapcase()) != name:
            twin = self._files.stat(path[: -len(name)] + other, top=self._root)
            folds = twin is not None and twin.st_nlink == 1 and os.path.samestat(twin, found)
            names = self._files.list_folder(folder, only=(), top=self._root).names if folds else ()
            self._spellings[folder] = frozenset(names) if folds else None
        spelt = self._spellings.get(folder)
        return spelt is not None and name not in spelt

    def _went_with_its_disk(self, entry: Entry) -> bool:
        folder = self._nearest_folder(folder_of(entry.path))
        facts = self._facts_of(folder)
        if facts.device == entry.device:
            return False
        if facts.is_empty:
            return True
        here = self._facts_of(self._root).device
        if entry.device == here:
            return False  # its disk is here: something else is mounted over its folder
        if here == self._device and folder_of(entry.path) == self._root:
            return False  # it was beneath the root's own disk, which is back
        return entry.device == self._device or facts.device == here

    def _nearest_folder(self, folder: bytes) -> bytes:
        known = self._nearest.get(folder)
        if known is not None:
            return known
        nearest = folder
        if folder == self._root or not is_inside(folder, self._root):
            look_at_root(self._files, self._root)
            nearest = self._root
        else:
            found = self._files.stat(folder, top=self._root)
            if found is None or not modes.S_ISDIR(found.st_mode):
                nearest = self._nearest_folder(folder_of(folder))
        self._nearest[folder] = nearest
        return nearest

    def _facts_of(self, folder: bytes) -> RootFacts:
        facts = self._facts.get(folder)
        if facts is None:
            facts = self._facts[folder] = look_at_root(self._files, folder)
        return facts
