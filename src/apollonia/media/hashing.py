"""Hashing large files in threads of the main process, where no batch waits behind them.

One pass over a file never decodes it, so nothing hostile is at work here.
"""

import asyncio
import hashlib
import os
import threading
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import NamedTuple, Self

from apollonia.media.facts import FileFacts
from apollonia.media.reading import (
    StoppedError,
    facts_now,
    hash_open,
    open_regular,
    read_buffer,
)
from apollonia.media.sidecars.checksum_files import Algorithm

__all__ = ["ContentChangedError", "LargeFiles", "LargeHash", "StoppedError", "hash_file"]

_BUFFER_BYTES = 1 << 20


class ContentChangedError(OSError):
    """The file was written to while it was read: it is not finished yet."""


class LargeHash(NamedTuple):
    """The facts of the file that was read, and its hashes as hexadecimal digits."""

    facts: FileFacts
    sha256_hash: str
    xxh128_hash: str


def hash_file(path: bytes, *, stop: threading.Event, top: bytes | None = None) -> LargeHash:
    """SHA-256 and XXH128 in one pass; ends within one read of 1 MiB once ``stop`` is set.

    ``top`` as for ``open_regular``.

    Raises:
        StoppedError: ``stop`` was set.
        ContentChangedError: somebody wrote to it meanwhile.
        NotRegularError: it is no regular file.
        OSError: it cannot be read.
    """
    with open_regular(path, top) as file:
        _read_ahead(file.fd)
        sha, xxh = hash_open(file, read_buffer(_BUFFER_BYTES), stop.is_set)
        if not facts_now(file).same_content(file.facts):
            raise ContentChangedError(f"changed while it was read: {path!r}")
        return LargeHash(file.facts, sha, xxh)


def _read_ahead(fd: int) -> None:
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_SEQUENTIAL)


def digest_file(
    path: bytes, algorithm: Algorithm, *, stop: threading.Event, top: bytes | None = None
) -> tuple[FileFacts, str]:
    """The facts of the file and one digest of it, for comparing with a list; else as ``hash_file``.

    These are not our hashes: who wrote the list chose them.
    """
    with open_regular(path, top) as file:
        _read_ahead(file.fd)
        buffer = read_buffer(_BUFFER_BYTES)
        sums = None if algorithm == "crc32" else hashlib.new(algorithm, usedforsecurity=False)
        crc, left = 0, file.facts.size
        while left > 0 and (got := os.readv(file.fd, [buffer])):
            left -= got
            if sums is None:
                crc = zlib.crc32(buffer[:got], crc)
            else:
                sums.update(buffer[:got])
            if stop.is_set():
                raise StoppedError
        if left or not facts_now(file).same_content(file.facts):
            raise ContentChangedError(f"changed while it was read: {path!r}")
        return file.facts, f"{crc:08x}" if sums is None else sums.hexdigest()


class LargeFiles:
    """Threads of their own for large files, each started when it is needed; a context manager.

    How many files are read at once is for the caller to say: here it is ``threads`` at most.
    """

    def __init__(self, threads: int = 64) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="apollonia-hash")
        self._stops: set[threading.Event] = set()

    async def hash_large(self, path: bytes, top: bytes | None = None) -> LargeHash:
        """As ``hash_file``, in a thread; cancelling stops the reading within a second."""
        return await self._run(lambda stop: hash_file(path, stop=stop, top=top))

    async def digest(
        self, path: bytes, algorithm: Algorithm, top: bytes | None = None
    ) -> tuple[FileFacts, str]:
        """As ``digest_file``, in a thread; cancelling stops the reading within a second."""
        return await self._run(lambda stop: digest_file(path, algorithm, stop=stop, top=top))

    async def _run[T](self, read: Callable[[threading.Event], T]) -> T:
        stop = threading.Event()
        self._stops.add(stop)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._executor, lambda: read(stop))
        finally:
            stop.set()
            self._stops.discard(stop)

    async def stop(self) -> None:
        """Interrupt what is being read and end the threads."""
        for stop in self._stops:
            stop.set()
        await asyncio.to_thread(self._executor.shutdown, cancel_futures=True)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()
