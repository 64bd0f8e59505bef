"""A file system in memory, written as an indented tree, with everything that makes disks hard."""

import os
import stat as modes
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush

from apollonia.domain.paths import display, folder_of, is_inside, name_of
from apollonia.errors import FilesUnavailableError, NotFoundError
from apollonia.ports.clock import Clock
from apollonia.ports.file_system import Listing, Storage, StorageKind, WatchEvent, What
from apollonia.testing.fake_nodes import Node, listing_of
from apollonia.testing.fake_watcher import FakeWatcher


@dataclass(slots=True)
class FakeFiles:
    """``FileSystem`` whose watchers hear what the methods below do.

    Freed inode numbers are used again at once, as ext4 does. ``unreadable`` folders and files
    cannot be listed or read, ``unwatchable`` ones not be watched; ``listed`` counts listings.
    ``folds_case``: ``stat`` and ``read`` find a name in any spelling. ``storages`` are mounts, by
    path; what is made below one of ``mounts`` is on its device.
    """

    clock: Clock
    nodes: dict[bytes, Node] = field(default_factory=dict)
    unreadable: set[bytes] = field(default_factory=set)
    unwatchable: set[bytes] = field(default_factory=set)
    can_watch: bool = True
    folds_case: bool = False
    storages: dict[bytes, Storage] = field(default_factory=dict)
    listed: int = 0
    device: int = 1
    mounts: dict[bytes, int] = field(default_factory=dict)
    _watchers: list[FakeWatcher] = field(default_factory=list)
    _free: list[int] = field(default_factory=list)
    _next_inode: int = 1
    _cookie: int = 0
    _mountings: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @classmethod
    def of(cls, tree: str, clock: Clock) -> "FakeFiles":
        """From lines like ``/music/``, ``    album/``, ``        a.flac``, four spaces a level.

        A file holds its own path, or what follows its name after ``=``; nobody watches yet, and
        everything is an hour old.
        """
        files = cls(clock)
        above: list[bytes] = []
        for line in filter(str.strip, tree.splitlines()):
            name, _, content = line.strip().partition(" = ")
            level = (len(line) - len(line.lstrip())) // 4
            path = b"/".join([*above[:level], name.rstrip("/").encode()])
            if name.endswith("/"):
                files.make_folder(path)
                above[level:] = [name.rstrip("/").encode()]
            else:
                files.write(path, content.encode() or path)
        files.age(3600)
        return files

    def list_folder(
        self, folder: bytes, only: Collection[bytes] | None = None, *, top: bytes | None = None
    ) -> Listing:
        """As the port says; nothing is ever found behind a link."""
        del top
        with self._lock:
            self.listed += 1
            self._folder(folder)
            if folder in self.unreadable:
                raise FilesUnavailableError(f"{display(folder)}: permission denied")
            return listing_of(folder, list(self._children(folder)), only)

    def stat(self, path: bytes, *, top: bytes | None = None) -> os.stat_result | None:
        """As the port says; nothing is ever found behind a link."""
        del top
        with self._lock:
            if folder_of(path) in self.unreadable:
                raise FilesUnavailableError(f"{display(path)}: permission denied")
            node = self._find(path)
            return None if node is None else node.stat()

    def resolve(self, path: bytes) -> bytes | None:
        """Follows links whose targets are absolute."""
        with self._lock:
            for _ in range(40):
                node = self.nodes.get(path)
                if node is None:
                    return None
                if not modes.S_ISLNK(node.type):
                    return path
                path = node.target
            return None

    def read_small(self, path: bytes, limit: int, *, top: bytes | None = None) -> bytes | None:
        """As the port says; nothing is ever found behind a link."""
        del top
        with self._lock:
            node = self.nodes.get(path)
            if node is None or not modes.S_ISREG(node.type):
                return None
            if path in self.unreadable or folder_of(path) in self.unreadable:
                raise FilesUnavailableError(f"{display(path)}: permission denied")
            if len(node.data) > limit:
                raise FilesUnavailableError(f"{display(path)}: larger than {limit} bytes")
            return node.data

    def has_entries(self, folder: bytes) -> bool:
        """As the port says."""
        with self._lock:
            self._folder(folder)
            if folder in self.unreadable:
                raise FilesUnavailableError(f"{display(folder)}: permission denied")
            return any(True for _ in self._children(folder))

    def storage(self, folder: bytes) -> Storage:
        """Of the nearest mount above, or unknown."""
        points = [point for point in self.storages if is_inside(folder, point)]
        return self.storages[max(points, key=len)] if points else Storage()

    def storages_below(self, folder: bytes) -> Mapping[bytes, Storage]:
        """As the port says."""
        return {p: s for p, s in self.storages.items() if p != folder and is_inside(p, folder)}

    def mounts_mark(self) -> int:
        """As the port says."""
        return hash(frozenset(self.storages.items()))

    def watch(self) -> FakeWatcher:
        """A watcher, unless ``can_watch`` is off."""
        if not self.can_watch:
            raise FilesUnavailableError("This system cannot watch: folders are polled.")
        watcher = FakeWatcher(self._can_be_watched)
        self._watchers.append(watcher)
        return watcher

    def read(self, path: bytes) -> tuple[bytes, os.stat_result]:
        """What opening and reading a file gives; raises as ``open`` does."""
        with self._lock:
            node = self._find(path)
            if node is None or modes.S_ISDIR(node.type):
                raise FileNotFoundError(2, "no such file")
            if path in self.unreadable:
                raise PermissionError(13, "permission denied")
            return node.data, node.stat()

    def paths(self) -> dict[bytes, bytes]:
        """All regular files and their contents."""
        return {p: node.data for p, node in self.nodes.items() if modes.S_ISREG(node.type)}

    def make_folder(self, path: bytes) -> None:
        """``mkdir -p``."""
        with self._lock:
            if path in self.nodes:
                return
            if folder_of(path) != b"/":
                self.make_folder(folder_of(path))
            self._add(path, modes.S_IFDIR)
        self._tell(What.CREATED, path, is_folder=True)

    def write(self, path: bytes, data: bytes, *, close: bool = True) -> None:
        """Write the whole file anew, through an existing name too; ``close`` its handle or not."""
        with self._lock:
            known = self.nodes.get(path)
            node = known or self._add(path, modes.S_IFREG)
            node.data = data
            node.mtime_ns = node.ctime_ns = self._now()
        if known is None:
            self._tell(What.CREATED, path)
        if close:
            self._tell(What.WRITTEN, path)

    def rot(self, path: bytes, data: bytes) -> None:
        """Other bytes of the same number, which nobody wrote: no time changes, nobody hears."""
        with self._lock:
            self.nodes[path].data = data

    def close(self, path: bytes) -> None:
        """The writer of this file closes it."""
        self._tell(What.WRITTEN, path)

    def touch_status(self, path: bytes) -> None:
        """What ``chmod`` does to the times; nobody hears of it."""
        self.nodes[path].ctime_ns = self._now()

    def link(self, path: bytes, new: bytes) -> None:
        """One more name for a file."""
        with self._lock:
            node = self.nodes[path]
            self.nodes[new] = node
            node.links += 1
            node.ctime_ns = self._now()
        self._tell(What.CREATED, new)

    def make_link(self, path: bytes, target: bytes) -> None:
        """A symbolic link."""
        self._add(path, modes.S_IFLNK).target = target
        self._tell(What.CREATED, path)

    def make_pipe(self, path: bytes) -> None:
        """A named pipe."""
        self._add(path, modes.S_IFIFO)
        self._tell(What.CREATED, path)

    def delete(self, path: bytes) -> None:
        """``rm -r``, deepest first."""
        for below in sorted(self._tree(path), reverse=True):
            with self._lock:
                node = self.nodes.pop(below)
                self._unlink(node)
            is_folder = modes.S_ISDIR(node.type)
            if is_folder:
                self._gone(below)
            self._tell(What.DELETED, below, is_folder=is_folder)

    def move(self, path: bytes, new: bytes) -> None:
        """``rename``: replaces a file at ``new``."""
        with self._lock:
            replaced = self.nodes.pop(new, None)
            if replaced is not None:
                self._unlink(replaced)
            moved = self.nodes[path]
            moved.ctime_ns = self._now()
            for below in self._tree(path):
                self.nodes[new + below[len(path) :]] = self.nodes.pop(below)
        is_folder = modes.S_ISDIR(moved.type)
        if is_folder:
            for watcher in self._watchers:
                watcher.moved(path, new)
        self._cookie += 1
        self._tell(What.MOVED_FROM, path, is_folder=is_folder, cookie=self._cookie)
        self._tell(What.MOVED_TO, new, is_folder=is_folder, cookie=self._cookie)

    def take_away(self, path: bytes, *, device: int) -> dict[bytes, Node]:
        """Unmount: below ``path`` there is nothing any more, and it is on another device."""
        with self._lock:
            below = {p: self.nodes.pop(p) for p in self._tree(path)}
            self.nodes[path] = Node(modes.S_IFDIR, 1, device)
        return below

    def bring_back(self, nodes: dict[bytes, Node]) -> None:
        """Mount again what ``take_away`` gave; nobody hears of it."""
        with self._lock:
            self.nodes.update(nodes)

    def new_folder(self, path: bytes) -> dict[bytes, Node]:
        """An empty one on the first device, for what is beneath a disk."""
        inode, self._next_inode = self._next_inode, self._next_inode + 1
        return {path: Node(modes.S_IFDIR, inode, self.device)}

    def unmount(
        self, path: bytes, beneath: dict[bytes, Node], *, heard: bool = True
    ) -> dict[bytes, Node]:
        """What was mounted here goes, as inotify tells; ``beneath`` comes to light.

        ``heard``: not when it is mounted elsewhere as well.
        """
        self.mounts.pop(path, None)
        self.storages.pop(path, None)
        gone = self._exchange(path, beneath)
        for below in sorted(gone, reverse=True) if heard else ():
            self._gone(below)
        for watcher in self._watchers:
            watcher.hide(path)
        return gone

    def mount(self, path: bytes, nodes: dict[bytes, Node]) -> dict[bytes, Node]:
        """A disk with ``nodes`` comes to be here; nobody hears of it. What it hides."""
        device = self.mounts[path] = nodes[path].device
        self._mountings += 1
        self.storages[path] = Storage(
            StorageKind.SSD, device=str(device), mounting=str(self._mountings)
        )
        hidden = self._exchange(path, nodes)
        for watcher in self._watchers:
            watcher.hide(path)
        return hidden

    def overflow(self) -> None:
        """All waiting events are lost."""
        for watcher in self._watchers:
            watcher.overflow()

    def age(self, seconds: float) -> None:
        """Everything was made so much earlier."""
        for node in {id(node): node for node in self.nodes.values()}.values():
            node.mtime_ns -= round(seconds * 1e9)
            node.ctime_ns -= round(seconds * 1e9)

    def _now(self) -> int:
        return self.clock.now_micros() * 1000

    def _add(self, path: bytes, kind: int) -> Node:
        if kind == modes.S_IFREG or folder_of(path) != b"/":
            self._folder(folder_of(path))
        inode = heappop(self._free) if self._free else self._next_inode
        self._next_inode = max(self._next_inode, inode + 1)
        now = self._now()
        device = next((d for top, d in self.mounts.items() if is_inside(path, top)), self.device)
        node = Node(kind, inode, device, mtime_ns=now, ctime_ns=now, atime_ns=now)
        self.nodes[path] = node
        return node

    def _exchange(self, path: bytes, nodes: dict[bytes, Node]) -> dict[bytes, Node]:
        with self._lock:
            were = {below: self.nodes.pop(below) for below in self._tree(path)}
            self.nodes.update(nodes)
        return were

    def _unlink(self, node: Node) -> None:
        node.links -= 1
        node.ctime_ns = self._now()
        if not node.links:
            heappush(self._free, node.inode)

    def _find(self, path: bytes) -> Node | None:
        node = self.nodes.get(path)
        if node is None and self.folds_case:
            node = next((n for p, n in self.nodes.items() if p.lower() == path.lower()), None)
        return node

    def _folder(self, path: bytes) -> Node:
        node = self.nodes.get(path)
        if node is None or not modes.S_ISDIR(node.type):
            raise NotFoundError(f"No folder {display(path)}.")
        return node

    def _children(self, folder: bytes) -> Iterator[tuple[bytes, Node]]:
        for path, node in self.nodes.items():
            if folder_of(path) == folder:
                yield name_of(path), node

    def _tree(self, path: bytes) -> list[bytes]:
        return [one for one in self.nodes if is_inside(one, path)]

    def _can_be_watched(self, folder: bytes) -> None:
        with self._lock:
            self._folder(folder)
            if folder in self.unwatchable:
                raise FilesUnavailableError(f"{display(folder)} is polled: no watches left")

    def _gone(self, folder: bytes) -> None:
        for watcher in self._watchers:
            watcher.gone(folder)

    def _tell(self, what: What, path: bytes, *, is_folder: bool = False, cookie: int = 0) -> None:
        event = WatchEvent(what, folder_of(path), name_of(path), is_folder, cookie)
        for watcher in self._watchers:
            watcher.tell(event)
