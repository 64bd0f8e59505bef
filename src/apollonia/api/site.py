"""The built web page, held in memory: what is not in the build cannot be asked for."""

import asyncio
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from apollonia.observe.logs import get_logger
from apollonia.ports.clock import Clock

INDEX = "index.html"

_MAX_FILES = 2_000
_MAX_FILE_BYTES = 16 << 20
_FRESH_S = 2.0
# The machine's own tables may lack these, or say otherwise.
_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_TEXT = ("text/", "application/json", "application/manifest+json")


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One file of the build."""

    data: bytes
    mime: str
    etag: str


class Site:
    """Reads the build when it is first asked for, and again when a new build replaced it."""

    def __init__(self, folder: Path | None, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = asyncio.Lock()
        self._files: Mapping[str, SiteFile] = {}
        self._stamp: int | None = None
        self._looked = float("-inf")

    async def file(self, path: str) -> SiteFile | None:
        """The file at this path inside the build (``assets/index-1a2b.js``), if there is one."""
        return (await self._current()).get(path)

    async def _current(self) -> Mapping[str, SiteFile]:
        if self._folder is None:
            return self._files
        async with self._lock:
            if self._clock.monotonic() - self._looked >= _FRESH_S:
                await asyncio.to_thread(self._look, self._folder)
                self._looked = self._clock.monotonic()
        return self._files

    def _look(self, folder: Path) -> None:
        try:
            stamp = (folder / INDEX).stat().st_mtime_ns
        except OSError:
            self._files, self._stamp = {}, None
            return
        if stamp != self._stamp:
            self._files, self._stamp = _read(folder), stamp


def _read(folder: Path) -> Mapping[str, SiteFile]:
    files: dict[str, SiteFile] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        if len(files) == _MAX_FILES or path.stat().st_size > _MAX_FILE_BYTES:
            get_logger(__name__).warning("web file left out", path=str(path))
            continue
        data = path.read_bytes()
        name = path.relative_to(folder).as_posix()
        files[name] = SiteFile(data, _mime(path), f'"{sha256(data).hexdigest()[:32]}"')
    return files


def _mime(path: Path) -> str:
    known = _TYPES.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0]
    mime = known or "application/octet-stream"
    return f"{mime}; charset=utf-8" if mime.startswith(_TEXT) else mime
