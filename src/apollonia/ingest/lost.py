"""Whether files that a listing did not show are really gone, or only out of reach.

An unmounted disk looks like a folder without files. A file whose nearest folder that is left is
empty and on another device than the file was, went with its disk, not from it.
"""

import stat as modes
from collections.abc import Sequence

from apollonia.domain.paths import folder_of, is_inside
from apollonia.errors import FilesUnavailableError
from apollonia.ingest.guard import look_at_root
from apollonia.ports.file_system import FileSystem
from apollonia.ports.index import Entry


class Verdicts:
    """Looks at what is left on the disk; blocks. Good for one short while: it remembers folders."""

    def __init__(self, files: FileSystem, root: bytes) -> None:
        self._files = files
        self._root = root
        self._unmounted_from: dict[bytes, int | None] = {}
        self._nearest: dict[bytes, bytes] = {}

    def gone(self, entries: Sequence[Entry]) -> tuple[list[bytes], list[bytes]]:
        """Paths that are gone, and paths that are out of reach."""
        gone: list[bytes] = []
        away: list[bytes] = []
        for entry in entries:
            try:
                if self._is_there(entry):
                    continue
                (away if self._went_with_its_disk(entry) else gone).append(entry.path)
            except FilesUnavailableError:
                away.append(entry.path)
        return gone, away

    def _is_there(self, entry: Entry) -> bool:
        found = self._files.stat(entry.path, top=self._root)
        return found is not None and modes.S_ISREG(found.st_mode)

    def _went_with_its_disk(self, entry: Entry) -> bool:
        folder = self._nearest_folder(folder_of(entry.path))
        if folder not in self._unmounted_from:
            self._unmounted_from[folder] = self._device_if_empty(folder)
        device = self._unmounted_from[folder]
        return device is not None and device != entry.device

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

    def _device_if_empty(self, folder: bytes) -> int | None:
        """The folder's device when there is nothing in it."""
        facts = look_at_root(self._files, folder)
        return facts.device if facts.is_empty else None
