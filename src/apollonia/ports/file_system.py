"""Folders, files and what happens to them, as ingest sees a disk."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Listing:
    """One folder, read once.

    ``names`` are all regular files; ``stats`` holds those of them whose facts were asked for;
    ``others`` are things that are no file, folder or link, with what they are or why they could not
    be looked at. Nothing here was followed: a link is in ``links``, wherever it leads.
    """

    folder: bytes
    names: Sequence[bytes] = ()
    stats: Mapping[bytes, os.stat_result] = field(default_factory=dict)
    folders: Sequence[bytes] = ()
    links: Sequence[bytes] = ()
    others: Mapping[bytes, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all in it."""
        return not (self.names or self.folders or self.links or self.others)


class StorageKind(StrEnum):
    """What a file system lies on, as far as that matters for reading and watching."""

    SSD = "ssd"
    HDD = "hdd"
    NETWORK = "network"
    FUSE = "fuse"
    MEMORY = "memory"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Storage:
    """What holds a folder: ``file_system`` as the system names it (``nfs4``), and its ``source``.

    ``device``: what is read there at the same time competes with what is read from other storages
    of the same device. ``mounting``: another one after it went and came back.
    """

    kind: StorageKind = StorageKind.UNKNOWN
    file_system: str = ""
    source: str = ""
    device: str = ""
    mounting: str = ""

    @property
    def is_remote(self) -> bool:
        """Whether others may change files there without this system's being told."""
        return self.kind in {StorageKind.NETWORK, StorageKind.FUSE}

    @property
    def is_slow(self) -> bool:
        """Whether a reader mostly waits for it."""
        return self.is_remote or self.kind is StorageKind.HDD


class What(Enum):
    """What a watch saw."""

    CREATED = auto()
    WRITTEN = auto()  # a file opened for writing was closed
    MOVED_FROM = auto()
    MOVED_TO = auto()
    DELETED = auto()
    FOLDER_GONE = auto()  # the watched folder itself was deleted, moved away or unmounted
    OVERFLOW = auto()  # events were lost: everything may have changed


class WatchEvent(NamedTuple):
    """``name`` in ``folder``; both halves of one move carry the same ``cookie``, never 0."""

    what: What
    folder: bytes = b""
    name: bytes = b""
    is_folder: bool = False
    cookie: int = 0


class Watcher(Protocol):
    """Hints about what happens directly inside the folders that were added.

    Whatever happens in a folder after ``add`` has returned MUST be seen as an event, or as
    ``OVERFLOW``. ``add`` and ``remove_under`` may be called from any thread.
    """

    def add(self, folder: bytes) -> None:
        """Watch this folder, not what is below it; again: nothing happens.

        Raises ``NotFoundError`` when there is no such folder, ``FilesUnavailableError`` with what
        to do when it cannot be watched.
        """
        ...

    def remove_under(self, folder: bytes) -> None:
        """Stop watching this folder and everything below it."""
        ...

    @property
    def count(self) -> int:
        """How many folders are watched."""
        ...

    async def next(self) -> Sequence[WatchEvent]:
        """The next events, at least one, in the order in which they happened."""
        ...

    def close(self) -> None:
        """Let go of everything; ``next`` MUST NOT be called again."""
        ...


class FileSystem(Protocol):
    """Read-only. All but ``watch`` and ``mounts_mark`` block: call them off the event loop.

    ``top`` is the path's root: below it no part of the path may be a link; what lies behind one is
    not there.
    """

    def list_folder(
        self, folder: bytes, only: Collection[bytes] | None = None, *, top: bytes | None = None
    ) -> Listing:
        """All names in a folder, and the facts of its regular files, or only of those named.

        A file that vanishes meanwhile is left out. Raises ``NotFoundError`` when there is no such
        folder, ``FilesUnavailableError`` with the reason when it cannot be read.
        """
        ...

    def stat(self, path: bytes, *, top: bytes | None = None) -> os.stat_result | None:
        """The facts of whatever is there, links not followed; ``None``: nothing is.

        Raises ``FilesUnavailableError`` when the disk does not tell.
        """
        ...

    def resolve(self, path: bytes) -> bytes | None:
        """Where a link leads in the end; ``None``: nowhere, or in a circle."""
        ...

    def read_small(self, path: bytes, limit: int, *, top: bytes | None = None) -> bytes | None:
        """All of a regular file of at most ``limit`` bytes; ``None``: there is none, or a link.

        Blocks. Raises ``FilesUnavailableError`` with the reason when it cannot be read, or is
        larger.
        """
        ...

    def has_entries(self, folder: bytes) -> bool:
        """Whether there is anything at all in a folder. Raises as ``list_folder`` does."""
        ...

    def storage(self, folder: bytes) -> Storage:
        """What holds this folder, now; unknown where the system does not tell."""
        ...

    def storages_below(self, folder: bytes) -> Mapping[bytes, Storage]:
        """What is mounted below this folder, now, by path; the folder's own storage is left out."""
        ...

    def mounts_mark(self) -> int:
        """Another number whenever something was mounted or unmounted since; never blocks."""
        ...

    def watch(self) -> Watcher:
        """A new watcher, without folders.

        Raises ``FilesUnavailableError`` where this machine cannot watch: poll instead.
        """
        ...
