"""Where the parts of a root are stored, and which of them are polled instead of watched."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from apollonia.domain.paths import is_inside
from apollonia.ports.file_system import FileSystem, Storage

WatchMode = Literal["auto", "always", "never"]


@dataclass(frozen=True, slots=True)
class Places:
    """The storage of a root, and those mounted below it by path, at one moment.

    ``watch``: ``auto`` polls what others may change without our being told, ``always`` nothing,
    ``never`` watches nothing. ``doubted``: something may have gone and come back since; ``went``:
    what was mounted here has gone since, as its watch told.
    """

    root: bytes = b"/"
    storage: Storage = field(default_factory=Storage)
    below: Mapping[bytes, Storage] = field(default_factory=dict)
    watch: WatchMode = "auto"
    doubted: bool = False
    went: frozenset[bytes] = frozenset()

    def storage_of(self, path: bytes) -> Storage:
        """What holds this path of the root."""
        if not self.below:
            return self.storage
        points = [point for point in self.below if is_inside(path, point)]
        return self.below[max(points, key=len)] if points else self.storage

    def is_polled(self, folder: bytes) -> bool:
        """Whether this folder of the root is not to be watched."""
        return self._polls(self.storage_of(folder))

    def polled(self) -> list[bytes]:
        """The topmost folders that are polled with all that is below them."""
        if self._polls(self.storage):
            return [self.root]
        points = sorted(point for point, storage in self.below.items() if self._polls(storage))
        return topmost(points)

    def without(self, point: bytes) -> "Places":
        """What was mounted here went; mounted again at once, it is not taken for the same."""
        if point not in self.below:
            return self
        below = {p: s for p, s in self.below.items() if p != point}
        return replace(self, below=below, went=self.went | {point})

    def _polls(self, storage: Storage) -> bool:
        return self.watch == "never" or (self.watch == "auto" and storage.is_remote)


def find_places(files: FileSystem, root: bytes, watch: WatchMode) -> Places:
    """Blocks."""
    return Places(root, files.storage(root), files.storages_below(root), watch)


def topmost(folders: list[bytes]) -> list[bytes]:
    """Those of these sorted folders that do not lie in another one of them."""
    tops: list[bytes] = []
    for folder in folders:
        if not tops or not is_inside(folder, tops[-1]):
            tops.append(folder)
    return tops
