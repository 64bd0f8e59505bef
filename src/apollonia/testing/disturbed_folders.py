"""Random things that people and programs do to real folders, from a seed."""

import os
import random
import shutil
import subprocess
from pathlib import Path
from typing import BinaryIO

_NAMES = ("x.bin", "X.BIN", "old.bin", "y.bin.part")
_FOLDERS = ("music", "music/a", "music/a/deep", "music/disk", "films")
_MOVABLE = ("music/a", "music/a/deep")
_DISKS = ("music/disk", "films")
_FILE_STEPS = ("write", "append", "write_on", "close", "replace", "move", "recase", "link")
_STEPS = (*_FILE_STEPS, *_FILE_STEPS, "delete", "chmod", "make_folder", "delete_folder")
_MORE_STEPS = ("move_folder", "move_out", "move_in", "unmount", "mount")


class DisturbedFolders:
    """Two roots, ``music`` and ``films``, of a folder.

    With ``disks``, where the system permits it, ``films`` and ``music/disk`` are file systems of
    their own, which are unmounted and mounted. Every step does what it can, and nothing where it
    does not fit.
    ``close`` in the end.
    """

    def __init__(self, folder: Path, seed: int, *, disks: bool = True) -> None:
        self.folder = folder
        self.dice = random.Random(seed)  # noqa: S311 - a seed is to give the same history again
        self.unmounted: set[str] = set()
        self.wrote_unheard = False  # through a name that is left alone: a scan tells
        self._mounted: list[Path] = []
        self._open: list[BinaryIO] = []
        self._outside = 0
        self._number = 0
        for name in (*_FOLDERS, "outside"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.has_disks = disks and not [n for n in _DISKS if not self._make_disk(n)]
        for name in ("music", *_DISKS):
            (folder / name / "keep.bin").write_bytes(name.encode())

    @property
    def roots(self) -> list[Path]:
        """Both."""
        return [self.folder / "music", self.folder / "films"]

    @property
    def is_writing(self) -> bool:
        """Whether somebody has a file open."""
        return bool(self._open)

    def files(self) -> dict[bytes, bytes]:
        """What should be cataloged: path → content."""
        return {
            os.fsencode(path): path.read_bytes()
            for root in self.roots
            for path in root.rglob("*")
            if path.is_file() and path.suffix.lower() != ".part"
        }

    def step(self) -> str:
        """One of all steps; what it was, for people."""
        name = self.dice.choice((*_STEPS, *(_MORE_STEPS if self.has_disks else _MORE_STEPS[:-2])))
        path, new = self._path(), self._path()
        words = f"{name} {path.relative_to(self.folder)} {new.relative_to(self.folder)}"
        try:
            getattr(self, f"_{name}")(path, new)
        except OSError as error:  # it did not fit: no such folder, not empty, another disk …
            return f"({words}: {error.strerror})"
        return words

    def rest(self) -> None:
        """Every disk is back, every handle closed."""
        for name in sorted(self.unmounted):
            self._put_back(name)
        while self._open:
            self._open.pop().close()

    def close(self) -> None:
        """Undo what would outlive the folder."""
        while self._open:
            self._open.pop().close()
        while self._mounted:
            _run("umount", "-l", str(self._mounted.pop()))

    def free_name(self, source: Path) -> Path:
        """A path on the same disk that nothing has."""
        self._number += 1
        return source.with_name(f"free {self._number}.bin")

    def _path(self) -> Path:
        return self.folder / self.dice.choice(_FOLDERS) / self.dice.choice(_NAMES)

    def _data(self) -> bytes:
        return self.dice.choice((b"", b"1", b"22", self.dice.randbytes(3000)))

    def _write(self, path: Path, _new: Path) -> None:
        path.write_bytes(self._data())
        self._note_unheard(path, path.stat().st_nlink - 1)

    def _append(self, path: Path, _new: Path) -> None:
        with path.open("ab") as file:
            file.write(self._data())
        self._note_unheard(path, path.stat().st_nlink - 1)

    def _write_on(self, path: Path, _new: Path) -> None:
        file = path.open("wb", buffering=0)
        file.write(self._data())
        self._note_unheard(path, path.stat().st_nlink - 1)
        self._open.append(file)

    def _close(self, _path: Path, _new: Path) -> None:
        if self._open:
            with self._open.pop(0) as file:
                file.write(self._data())
                where = str(Path(f"/proc/self/fd/{file.fileno()}").readlink())
                name = where.removesuffix(" (deleted)")
                names = os.fstat(file.fileno()).st_nlink
                self._note_unheard(Path(name), names - (name == where))

    def _note_unheard(self, path: Path, other_names: int) -> None:
        """A file was written through this name; it may have others."""
        is_left_alone = path.suffix.lower() == ".part" or path.is_relative_to(
            self.folder / "outside"
        )
        self.wrote_unheard |= is_left_alone and other_names > 0

    def _replace(self, path: Path, _new: Path) -> None:
        other = path.with_name("new~")
        other.write_bytes(self._data())
        other.rename(path)

    def _move(self, path: Path, new: Path) -> None:
        shutil.move(path, new)

    def _recase(self, path: Path, _new: Path) -> None:
        path.rename(path.with_name(path.name.swapcase()))

    def _link(self, path: Path, new: Path) -> None:
        new.hardlink_to(path)

    def _delete(self, path: Path, _new: Path) -> None:
        path.unlink()

    def _chmod(self, path: Path, _new: Path) -> None:
        path.chmod(0o640)

    def _make_folder(self, _path: Path, _new: Path) -> None:
        (self.folder / self.dice.choice(_MOVABLE)).mkdir(parents=True, exist_ok=True)

    def _delete_folder(self, _path: Path, _new: Path) -> None:
        shutil.rmtree(self.folder / self.dice.choice(_MOVABLE))

    def _move_folder(self, _path: Path, _new: Path) -> None:
        (self.folder / "music/a").rename(self.folder / "music/b")
        if self.dice.random() < 0.7:  # noqa: PLR2004 - most often it comes back
            (self.folder / "music/b").rename(self.folder / "music/a")

    def _move_out(self, _path: Path, _new: Path) -> None:
        self._outside += 1
        away = self.folder / "outside" / str(self._outside)
        (self.folder / self.dice.choice(_MOVABLE)).rename(away)

    def _move_in(self, _path: Path, _new: Path) -> None:
        away = self.folder / "outside" / str(self.dice.randint(1, max(1, self._outside)))
        away.rename(self.folder / self.dice.choice(_MOVABLE))

    def _unmount(self, _path: Path, _new: Path) -> None:
        name = self.dice.choice(_DISKS)
        if name not in self.unmounted:
            self.unmounted.add(name)
            _run("umount", "-l", str(self.folder / name))
            self._mounted.remove(self.folder / name)

    def _mount(self, _path: Path, _new: Path) -> None:
        name = self.dice.choice(_DISKS)
        if name in self.unmounted:
            self._put_back(name)

    def _put_back(self, name: str) -> None:
        self.unmounted.discard(name)
        if _run("mount", "--bind", str(self._disk(name)), str(self.folder / name)):
            self._mounted.append(self.folder / name)

    def _disk(self, name: str) -> Path:
        return self.folder / "disks" / name.replace("/", "-")

    def _make_disk(self, name: str) -> bool:
        disk = self._disk(name)
        disk.mkdir(parents=True)
        if os.geteuid() or not _run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)):
            return False
        self._mounted.append(disk)
        self._put_back(name)
        return self.folder / name in self._mounted


def _run(*words: str) -> bool:
    done = subprocess.run(words, capture_output=True, timeout=10, check=False)  # noqa: S603
    return done.returncode == 0
