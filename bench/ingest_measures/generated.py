"""Large generated trees of empty files, and an index that knows them already.

The index is filled through ``SqliteIndex`` with each file's real facts, as a first scan would leave
it: reading hundreds of thousands of files first would take minutes and is measured elsewhere.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from itertools import batched
from pathlib import Path

from apollonia.adapters.index import SqliteIndex
from apollonia.domain.ids import uuid5_of
from apollonia.ports.index import Commit, Entry

PER_FOLDER = 12  # an album, as in the corpus
_FOLDERS_PER_ARTIST = 100
_BATCH = 5000
_NO_SHA = "0" * 64
_NO_XXH = "0" * 32


def make_tree(folder: Path, files: int) -> None:
    """So many empty files in folders of twelve."""
    for number in range(0, files, PER_FOLDER):
        album = number // PER_FOLDER
        path = folder / f"Artist {album // _FOLDERS_PER_ARTIST:05d}" / f"Album {album:06d}"
        path.mkdir(parents=True, exist_ok=True)
        opened = os.open(path, os.O_RDONLY)
        for track in range(number, min(number + PER_FOLDER, files)):
            flags = os.O_CREAT | os.O_WRONLY
            os.close(
                os.open(f"{track % PER_FOLDER:02d} Track {track}.flac", flags, 0o644, dir_fd=opened)
            )
        os.close(opened)


def prime(folder: Path, data: Path) -> None:
    """Fill the index of the data folder with all that is in ``folder``, as if scanned just now."""
    data.mkdir(parents=True)
    asyncio.run(_prime(os.fsencode(folder), folder.stat().st_dev, data))


async def _prime(folder: bytes, device: int, data: Path) -> None:
    index = SqliteIndex(data / "ingest.db")
    for some in batched(_entries(folder), _BATCH):
        await index.commit(Commit(some))
    now = time.time_ns() // 1000
    await index.save_scan(folder, device, now)
    await index.close()


def _entries(folder: bytes) -> Iterator[Entry]:
    for top, _folders, names in os.walk(folder):
        for name in names:
            path = top + b"/" + name
            facts = os.lstat(path)
            yield Entry(
                path=path,
                size=facts.st_size,
                mtime_ns=facts.st_mtime_ns,
                ctime_ns=facts.st_ctime_ns,
                atime_ns=facts.st_atime_ns,
                inode=facts.st_ino,
                device=facts.st_dev,
                links=facts.st_nlink,
                sha256_hash=_NO_SHA,
                xxh128_hash=_NO_XXH,
                file_id=uuid5_of(path),
            )
