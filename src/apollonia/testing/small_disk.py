"""A disk of its own for one folder, small enough to be filled (root only)."""

import os
import subprocess
from pathlib import Path
from typing import Self

_FILLER = "filler"
_CHUNK = bytes(1 << 16)
_LIMIT_S = 20.0


class SmallDisk:
    """A tmpfs of ``size_mib`` mounted on ``folder`` while the context lasts."""

    def __init__(self, folder: Path, size_mib: int) -> None:
        self._folder = folder
        self._size_mib = size_mib

    @staticmethod
    def is_possible() -> bool:
        """Whether this process may mount."""
        return os.geteuid() == 0

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        _do("mount", "-t", "tmpfs", "-o", f"size={self._size_mib}m", "tmpfs", str(self._folder))
        return self

    def __exit__(self, *_error: object) -> None:
        _do("umount", "-l", str(self._folder))

    def fill(self) -> None:
        """Take every byte that is left."""
        filler = os.open(self._folder / _FILLER, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            for size in (len(_CHUNK), 1):
                _write_all(filler, _CHUNK[:size])
        finally:
            os.close(filler)

    def free(self) -> None:
        """Give it back."""
        (self._folder / _FILLER).unlink(missing_ok=True)


def _write_all(filler: int, piece: bytes) -> None:
    try:
        while os.write(filler, piece) == len(piece):
            pass
    except OSError:
        return  # full


def _do(*command: str) -> None:
    subprocess.run(command, check=True, timeout=_LIMIT_S)  # noqa: S603 - ours
