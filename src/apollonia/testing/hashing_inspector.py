"""Media workers for tests: they really hash, and look no further than a name's extension."""

import asyncio
import hashlib
import zlib
from collections.abc import Sequence

import xxhash

from apollonia.domain.kinds import extension_of, kind_by_extension
from apollonia.domain.paths import display
from apollonia.errors import MediaUnavailableError
from apollonia.media.facts import FileFacts
from apollonia.media.hashing import LargeHash
from apollonia.media.sidecars.checksum_files import Algorithm, read_sums
from apollonia.media.workers.requests import Inspection, InspectRequest, Outcome
from apollonia.messages import FileError
from apollonia.testing.fake_files import FakeFiles


class HashingInspector:
    """Reads from ``FakeFiles``. ``hashed`` and ``looked`` are the paths asked for, in order.

    ``gate`` holds every call while it is clear; ``away`` makes every call raise; ``outcomes`` are
    given instead of a reading, once for each path.
    """

    def __init__(self, files: FakeFiles) -> None:
        self.hashed: list[bytes] = []
        self.looked: list[bytes] = []
        self.digested: list[bytes] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.away = False
        self.outcomes: dict[bytes, Outcome] = {}
        self._files = files

    async def inspect(self, requests: Sequence[InspectRequest]) -> list[Inspection]:
        """One answer each."""
        assert len(requests) <= 64  # noqa: PLR2004 - the media workers' own limit
        if self.away:
            raise MediaUnavailableError
        await asyncio.sleep(0)
        answers = [self._inspect(request) for request in requests]
        await self.gate.wait()
        return answers

    async def hash_large(self, path: bytes, top: bytes | None = None) -> LargeHash:
        """Both hashes; ``FakeFiles`` follow no link anyway."""
        del top
        await self.gate.wait()
        self.hashed.append(path)
        data, stat = self._files.read(path)
        return LargeHash(FileFacts.of(stat, stat.st_atime_ns), *_hashes(data))

    async def digest(
        self, path: bytes, algorithm: Algorithm, top: bytes | None = None
    ) -> tuple[FileFacts, str]:
        """Any of the digests that lists have; ``digested`` are the paths asked for, in order."""
        del top
        await self.gate.wait()
        self.digested.append(path)
        data, stat = self._files.read(path)
        crc = algorithm == "crc32"
        found = f"{zlib.crc32(data):08x}" if crc else hashlib.new(algorithm, data).hexdigest()
        return FileFacts.of(stat, stat.st_atime_ns), found

    def _inspect(self, request: InspectRequest) -> Inspection:
        path = request.path
        (self.hashed if request.hash else self.looked).append(path)
        if path in self.outcomes:
            return Inspection(path=path, outcome=self.outcomes.pop(path))
        try:
            data, stat = self._files.read(path)
        except FileNotFoundError:
            return Inspection(path=path, outcome="vanished")
        except PermissionError:
            error = FileError(code="unreadable", message="Reading it is not permitted.")
            return Inspection(path=path, outcome="error", error=error)
        sha, xxh = _hashes(data) if request.hash else (None, None)
        name = display(path)
        return Inspection(
            path=path,
            outcome="ok",
            facts=FileFacts.of(stat, stat.st_atime_ns),
            sha256_hash=sha,
            xxh128_hash=xxh,
            sums=read_sums(data, name.rpartition("/")[2].encode()) if request.sums else None,
            media={"kind": kind_by_extension(name).value, "format": extension_of(name) or None},
        )


def _hashes(data: bytes) -> tuple[str, str]:
    return hashlib.sha256(data).hexdigest(), xxhash.xxh3_128_hexdigest(data)
