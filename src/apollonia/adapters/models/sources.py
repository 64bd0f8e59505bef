"""Where the files of models come from: a mirror, then where they are published."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copyfile
from urllib.parse import quote

from apollonia.adapters.models.http_source import HttpLimits, SourceError, download
from apollonia.adapters.models.whole import is_whole
from apollonia.domain.models import ModelFile

_TRIES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """``mirror``: a folder or an ``http(s)://`` URL that has files under their ``path``.

    ``published`` off: only the mirror is asked.
    """

    mirror: str = ""
    published: bool = True
    limits: HttpLimits = field(default_factory=HttpLimits)
    pause_s: float = 1.0

    def bring(self, file: ModelFile, part: Path, told: Callable[[int], None]) -> list[str]:
        """Make ``part`` the whole file; what is wrong with each source, or nothing: it is there.

        ``part`` may hold the beginning from an earlier try, and keeps it for the next one. Blocks.

        Raises:
            OSError: ``part`` cannot be written.
        """
        faults = []
        for place in self._places(file):
            if fault := self._from(place, file, part, told):
                faults.append(f"{place}: {fault}")
            else:
                return []
        return faults or ["there is no source: set APOLLONIA_MODELS__MIRROR"]

    def mirrored(self, file: ModelFile, part: Path, told: Callable[[int], None]) -> bool:
        """The same from the mirror alone, which may well not have it."""
        place = self._mirror_place(file)
        return place is not None and self._from(place, file, part, told) is None

    def _places(self, file: ModelFile) -> Iterator[str]:
        if place := self._mirror_place(file):
            yield place
        if self.published:
            yield from file.urls

    def _mirror_place(self, file: ModelFile) -> str | None:
        if not self.mirror:
            return None
        if _is_url(self.mirror):
            return f"{self.mirror.rstrip('/')}/{quote(file.path)}"
        return str(Path(self.mirror) / file.path)

    def _from(
        self, place: str, file: ModelFile, part: Path, told: Callable[[int], None]
    ) -> str | None:
        """What is wrong with this source, if anything is."""
        if not _is_url(place):
            return _copied(Path(place), file, part)
        fault, resumed = "", part.exists()
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(self.pause_s * 2 ** (attempt - 1))
            try:
                download(place, part, file.size, self.limits, told)
            except SourceError as error:
                fault = str(error)
                if error.again:
                    continue
                break
            if is_whole(part, file):
                return None
            part.unlink()  # what was there before may have been of another file
            fault = "its content is another one than the manifest names (SHA-256)"
            if not resumed:
                break
            resumed = False
        return fault


def _copied(source: Path, file: ModelFile, part: Path) -> str | None:
    if not source.is_file():
        return "it is not there"
    if source.stat().st_size != file.size:
        return f"it has {source.stat().st_size} bytes and not {file.size}"
    copyfile(source, part)
    if is_whole(part, file):
        return None
    part.unlink()
    return "its content is another one than the manifest names (SHA-256)"


def _is_url(place: str) -> bool:
    return place.startswith(("http://", "https://"))
