"""One upload onto its place: whole at once, never over something, the same after any crash.

Before the file gets its name, the journal says which file gets which. So a start after a crash
finds it landed (the name has that very file), or begins again. Everything here blocks.
"""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event

from apollonia.domain.paths import folder_of, name_of
from apollonia.ingest.uploads.copying import check_space, copied, give_rights
from apollonia.ingest.uploads.folders import make_folders, open_folder, open_root
from apollonia.ingest.uploads.journal import Note, drop_note, read_note, write_note
from apollonia.ingest.uploads.naming import Destination
from apollonia.ingest.uploads.rename import move_no_replace
from apollonia.media.hashing import ContentChangedError, hash_file
from apollonia.media.reading import NotRegularError

_CONTENT = b"content"
_MOST_NAMES = 1000
_NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})

type Move = Callable[[int, bytes, int, bytes], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A root, the device it must be on (``None``: any), and how much stays free on it."""

    root: bytes
    device: int | None
    margin_bytes: int


@dataclass(frozen=True, slots=True)
class Landed:
    """Where the file is; ``new``: it was put there, else the very same was there already."""

    path: bytes
    new: bool


class Landing:
    """The landing of one upload; ``folder`` is its own in the spool.

    ``stop`` ends reading and copying within a second: ``StoppedError``, and nothing is lost.
    """

    def __init__(
        self, folder: bytes, target: Target, stop: Event, *, move: Move = move_no_replace
    ) -> None:
        self._folder = folder
        self._target = target
        self._stop = stop
        self._move = move

    def resume(self) -> Landed | None:
        """Where it landed before a crash; ``None``: it did not.

        Raises:
            OSError: the root or the spool is not to be had.
        """
        with self._opened() as (spool, root):
            note = read_note(spool)
            if note is None:
                return None
            path = self._path(note.path)
            left = _stat(spool, _CONTENT)
            if left is None:  # only its landing takes the content away
                return Landed(path, new=True)
            there = _stat_below(root, note.path)
            ours = there is not None and there.st_ino == note.inode
            if ours and self._is_same(path, there, note.size, note.sha256_hash):
                return Landed(path, new=True)
            drop_note(spool)
            return None

    def land(self, destination: Destination, size: int, sha256_hash: str) -> Landed:
        """Put it there under the first name that is free, or find the same file there.

        Raises:
            StoppedError: ``stop`` was set.
            OSError: a disk refuses, is full, or the root is not to be had: try again later.
        """
        with self._opened() as (spool, root), make_folders(root, destination.folders) as made:
            folder, below = made
            names = _Names(destination, folder, below)
            same = self._next_free(names, size, sha256_hash)
            if same is not None:
                return same
            if os.fstat(folder).st_dev == os.fstat(spool).st_dev:
                try:
                    give_rights(spool, _CONTENT, folder)
                    inode = os.stat(_CONTENT, dir_fd=spool, follow_symlinks=False).st_ino
                    note = Note(path=b"", inode=inode, size=size, sha256_hash=sha256_hash)
                    return self._move_in(spool, spool, _CONTENT, names, note)
                except OSError as error:
                    if error.errno != errno.EXDEV:
                        raise
            return self._copy_in(spool, names, size, sha256_hash)

    def _copy_in(self, spool: int, names: "_Names", size: int, sha256_hash: str) -> Landed:
        check_space(names.folder, size, self._target.margin_bytes)
        upload = name_of(self._folder).partition(b".")[0]
        name = b".apollonia-upload-" + upload + b".part"
        with copied(spool, _CONTENT, names.folder, name, self._stop.is_set) as inode:
            give_rights(names.folder, name, names.folder)
            written = hash_file(
                self._path(names.below, name), stop=self._stop, top=self._target.root
            )
            if written.sha256_hash != sha256_hash:
                raise OSError(errno.EIO, "the copy there is not what was sent: check that disk")
            note = Note(path=b"", inode=inode, size=size, sha256_hash=sha256_hash)
            return self._move_in(spool, names.folder, name, names, note)

    def _move_in(self, spool: int, source: int, name: bytes, names: "_Names", note: Note) -> Landed:
        """Rename; where somebody took the name in between, the next one that is free."""
        while True:
            path = names.path
            write_note(
                spool,
                Note(path=path, inode=note.inode, size=note.size, sha256_hash=note.sha256_hash),
            )
            try:
                self._move(source, name, names.folder, names.name)
            except FileExistsError:
                same = self._next_free(names, note.size, note.sha256_hash)
                if same is not None:
                    drop_note(spool)
                    return same
                continue
            except BaseException:
                drop_note(spool)
                raise
            os.fsync(names.folder)
            os.fsync(spool)
            return Landed(self._path(path), new=True)

    def _next_free(self, names: "_Names", size: int, sha256_hash: str) -> Landed | None:
        """Go to the first name that is free; the file that is the same, if one is on the way."""
        while (there := _stat(names.folder, names.name)) is not None:
            path = self._path(names.path)
            if self._is_same(path, there, size, sha256_hash):
                return Landed(path, new=False)
            names.advance()
        return None

    def _is_same(
        self, path: bytes, there: os.stat_result | None, size: int, sha256_hash: str
    ) -> bool:
        if there is None or there.st_size != size:
            return False
        try:
            found = hash_file(path, stop=self._stop, top=self._target.root)
        except (NotRegularError, ContentChangedError, FileNotFoundError, PermissionError):
            return False
        return found.sha256_hash == sha256_hash

    @contextmanager
    def _opened(self) -> Iterator[tuple[int, int]]:
        spool = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            with open_root(self._target.root, self._target.device) as root:
                yield spool, root
        finally:
            os.close(spool)

    def _path(self, *parts: bytes) -> bytes:
        return b"/".join((self._target.root.rstrip(b"/"), *filter(None, parts)))


class _Names:
    """The names that a file may get in its folder, one after another."""

    def __init__(self, destination: Destination, folder: int, below: bytes) -> None:
        self.folder = folder
        self.below = below
        self._destination = destination
        self._number = 1

    @property
    def name(self) -> bytes:
        return self._destination.name(self._number)

    @property
    def path(self) -> bytes:
        """Below the root."""
        return self.below + b"/" + self.name if self.below else self.name

    def advance(self) -> None:
        self._number += 1
        if self._number > _MOST_NAMES:
            raise OSError(errno.EEXIST, f"{_MOST_NAMES} files of this name are there already")


def _stat_below(root: int, path: bytes) -> os.stat_result | None:
    try:
        with open_folder(root, folder_of(b"/" + path)) as folder:
            return _stat(folder, name_of(path))
    except OSError as error:
        if error.errno in _NOT_THERE:
            return None
        raise


def _stat(folder: int, name: bytes) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
