"""The store of models: a folder, on a disk of one machine or on a volume that several share.

NAME@VERSION.json     tickets, replaced in one step
files/SHA256          contents, never changed
incoming/SHA256.part  what is being fetched, locked by who does it
"""

import asyncio
import contextlib
import errno
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile
from threading import Event

from apollonia.adapters.models.locks import locked
from apollonia.adapters.models.manifest import read_manifest
from apollonia.adapters.models.sources import Sources
from apollonia.adapters.models.whole import is_whole, sha256_of
from apollonia.domain.models import (
    Made,
    ModelFile,
    ModelSpec,
    Precision,
    Ticket,
    ticket_name,
)
from apollonia.errors import ModelsUnavailableError, NotFoundError
from apollonia.ports.models import ModelStatus, Progress

_WORDS = {
    errno.ENOSPC: "the disk is full: free some space",
    errno.EDQUOT: "the disk quota is used up: free some space",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "not permitted: make the folder of models writable for this user",
}

type _Bring = Callable[[ModelFile, Path, Callable[[int], None]], list[str]]


class FolderModels:
    """``Models`` in ``folder``; all disk and network work in threads."""

    def __init__(
        self, folder: Path, sources: Sources, specs: Sequence[ModelSpec] | None = None
    ) -> None:
        self._folder = folder
        self._sources = sources
        self._specs = tuple(read_manifest() if specs is None else specs)

    @property
    def folder(self) -> Path:
        """Where the tickets are."""
        return self._folder

    def specs(self) -> Sequence[ModelSpec]:
        """All that the manifest names."""
        return self._specs

    def spec(self, name: str) -> ModelSpec:
        """One of them."""
        for spec in self._specs:
            if spec.name == name:
                return spec
        names = ", ".join(spec.name for spec in self._specs)
        raise NotFoundError(f"there is no model {name}; there are: {names}")

    async def status(self, name: str) -> ModelStatus:
        """How it is here, by names and sizes."""
        return await asyncio.to_thread(self._status, self.spec(name), verify=False)

    async def verify(self, name: str) -> ModelStatus:
        """How it is here, by content."""
        return await asyncio.to_thread(self._status, self.spec(name), verify=True)

    async def fetch(self, file: ModelFile, progress: Progress) -> Path:
        """The file's path, brought here unless it is."""
        faults = await _in_thread(self._fetch, file, progress, self._bring)
        if faults:
            raise ModelsUnavailableError(
                f"{Path(file.path).name} could not be fetched. " + "; ".join(faults)
            )
        return self._path(file.sha256)

    async def fetch_made(
        self, spec: ModelSpec, precision: Precision, progress: Progress
    ) -> Path | None:
        """The ready result of a preparation, where the mirror has it."""
        file = spec.made.get(precision)
        if file is None:
            return None
        faults = await _in_thread(self._fetch, file, progress, self._mirrored)
        return None if faults else self._path(file.sha256)

    async def install(self, spec: ModelSpec, made: Made) -> ModelStatus:
        """Keep a file as this model."""
        return await asyncio.to_thread(self._install, spec, made)

    async def remove(self, name: str) -> int:
        """Let it and all that only it needed go."""
        return await asyncio.to_thread(self._remove, self.spec(name))

    def _path(self, sha256: str) -> Path:
        return self._folder / "files" / sha256

    def _status(self, spec: ModelSpec, *, verify: bool) -> ModelStatus:
        ticket, fault = self._ticket(spec)
        if ticket is not None:
            fault = self._fault(ticket.sha256, ticket.size, verify=verify)
        elif not fault:
            there = [file for file in spec.files if self._path(file.sha256).exists()]
            faults = [self._fault(file.sha256, file.size, verify=verify) for file in there]
            fault = "; ".join(filter(None, faults))
            if not fault:
                return ModelStatus(
                    spec, "raw" if len(there) == len(spec.files) else "missing", None
                )
        return ModelStatus(spec, "damaged" if fault else "ready", ticket, fault)

    def _ticket(self, spec: ModelSpec) -> tuple[Ticket | None, str]:
        """Its ticket, or what is wrong with it; neither: there is none."""
        path = self._folder / ticket_name(spec.id)
        try:
            return Ticket.from_json(json.loads(path.read_bytes())), ""
        except FileNotFoundError:
            return None, ""
        except (OSError, ValueError, KeyError, TypeError) as error:
            return None, f"its ticket cannot be read ({error}): prepare it again"

    def _fault(self, sha256: str, size: int, *, verify: bool) -> str:
        path = self._path(sha256)
        try:
            if path.stat().st_size != size:
                return f"{path} has {path.stat().st_size} bytes and not {size}: prepare it again"
            if verify and sha256_of(path) != sha256:
                return f"{path} has another content than its name says: prepare it again"
        except FileNotFoundError:
            return f"{path} is gone: prepare it again"
        except OSError as error:
            return f"{path} cannot be read: {error.strerror or error}"
        return ""

    def _bring(self, file: ModelFile, part: Path, told: Callable[[int], None]) -> list[str]:
        return self._sources.bring(file, part, told)

    def _mirrored(self, file: ModelFile, part: Path, told: Callable[[int], None]) -> list[str]:
        return [] if self._sources.mirrored(file, part, told) else ["no mirror has it"]

    def _fetch(
        self,
        file: ModelFile,
        told: Callable[[int], None],
        bring: _Bring,
    ) -> list[str]:
        if is_whole(self._path(file.sha256), file):
            return []
        part = self._folder / "incoming" / f"{file.sha256}.part"
        with self._words():
            part.parent.mkdir(parents=True, exist_ok=True)
            with locked(part.with_suffix(".lock")):
                if is_whole(self._path(file.sha256), file):  # another process was quicker
                    return []
                if faults := bring(file, part, told):
                    return faults
                self._keep(part, file.sha256)
        return []

    def _keep(self, part: Path, sha256: str) -> None:
        """Whole and on disk before anybody sees it."""
        target = self._path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.chmod(0o644)  # workers of another user may read it
        part.replace(target)

    def _install(self, spec: ModelSpec, made: Made) -> ModelStatus:
        with self._words(), self._changing():
            sha256, size = sha256_of(made.path), made.path.stat().st_size
            if not is_whole(self._path(sha256), ModelFile("", sha256, size)):
                part = self._folder / "incoming" / f"{sha256}.{os.getpid()}"
                copyfile(made.path, part)
                self._keep(part, sha256)
            ticket = Ticket(
                name=spec.name,
                version=spec.version,
                runtime=spec.runtime,
                file=f"files/{sha256}",
                sha256=sha256,
                size=size,
                precision=made.precision,
                origin=made.origin,
                labels=made.labels or spec.labels,
                sources={Path(it.path).name: f"files/{it.sha256}" for it in made.sources},
            )
            self._write_ticket(spec, ticket)
            self._sweep()
        return ModelStatus(spec, "ready", ticket)

    def _write_ticket(self, spec: ModelSpec, ticket: Ticket) -> None:
        with tempfile.NamedTemporaryFile(
            "w", dir=self._folder / "incoming", delete=False, encoding="utf-8"
        ) as file:
            json.dump(ticket.to_json(), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(file.name, 0o644)  # noqa: PTH101 - the name of an open file
        os.replace(file.name, self._folder / ticket_name(spec.id))  # noqa: PTH105 - the same

    def _remove(self, spec: ModelSpec) -> int:
        with self._words(), self._changing():
            (self._folder / ticket_name(spec.id)).unlink(missing_ok=True)
            wanted = self._named()
            raw = {file.sha256 for file in spec.files}
            raw |= {file.sha256 for file in spec.made.values()}
            return self._sweep(also=raw - wanted)

    def _sweep(self, also: frozenset[str] | set[str] = frozenset()) -> int:
        """Contents that neither a ticket nor the manifest names go, and those of ``also``."""
        known = [file for spec in self._specs for file in (*spec.files, *spec.made.values())]
        kept = self._named() | {file.sha256 for file in known}
        freed = 0
        folder = self._folder / "files"
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.name in also or path.name not in kept:
                freed += path.stat().st_size
                path.unlink(missing_ok=True)
        return freed

    def _named(self) -> set[str]:
        """The contents that tickets name."""
        names: set[str] = set()
        for path in self._folder.glob("*.json"):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                ticket = Ticket.from_json(json.loads(path.read_bytes()))
                names |= {ticket.sha256, *(Path(it).name for it in ticket.sources.values())}
        return names

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One process at a time writes tickets and sweeps."""
        (self._folder / "incoming").mkdir(parents=True, exist_ok=True)
        with locked(self._folder / "incoming" / "tickets.lock"):
            yield

    @contextmanager
    def _words(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            words = _WORDS.get(error.errno or 0, error.strerror or str(error))
            raise ModelsUnavailableError(f"the models in {self._folder}: {words}") from error


async def _in_thread(
    fetch: Callable[[ModelFile, Callable[[int], None], _Bring], list[str]],
    file: ModelFile,
    progress: Progress,
    bring: _Bring,
) -> list[str]:
    """Fetch, and stop at the next block when the caller is cancelled."""
    cancelled = Event()

    def told(have: int) -> None:
        if cancelled.is_set():
            raise InterruptedError(errno.ECANCELED, "stopped")
        progress(Path(file.path).name, have, file.size)

    try:
        return await asyncio.to_thread(fetch, file, told, bring)
    finally:
        cancelled.set()
