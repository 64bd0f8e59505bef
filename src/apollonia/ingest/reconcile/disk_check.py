"""Whether the catalog has what is on the disk: looked at, nothing done about it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from apollonia.domain.kinds import Availability
from apollonia.domain.paging import FileFilter, Sort, SortKey
from apollonia.domain.place import Place
from apollonia.domain.times import format_micros
from apollonia.errors import FilesUnavailableError, NotFoundError
from apollonia.ingest.options import IngestOptions
from apollonia.ingest.root.roots import Root
from apollonia.ingest.selection.folder_rules import FolderRules
from apollonia.ingest.selection.ignore_files import IgnoreFiles, RuleLook
from apollonia.ingest.selection.rules import rules_of
from apollonia.ports.clock import Clock
from apollonia.ports.file_system import FileSystem
from apollonia.ports.library import Library

_PAGE = 500
_SHOWN = 1_000


@dataclass(slots=True)
class Difference:
    """How many files, and the paths of the first thousand."""

    count: int = 0
    paths: list[bytes] = field(default_factory=list)

    def add(self, path: bytes) -> None:
        """One more."""
        self.count += 1
        if len(self.paths) < _SHOWN:
            self.paths.append(path)


@dataclass(slots=True)
class DiskFaults:
    """Of one root: files that only the disk has, only the catalog has, and that differ.

    ``unreadable``: why the root, or a folder of it, could not be looked at.
    """

    unknown: Difference = field(default_factory=Difference)
    gone: Difference = field(default_factory=Difference)
    changed: Difference = field(default_factory=Difference)
    unreadable: list[str] = field(default_factory=list)


class DiskCheck:
    """Compares a root's folders with the catalog, by names, sizes and times; reads no file."""

    def __init__(
        self, *, files: FileSystem, library: Library, clock: Clock, options: IngestOptions
    ) -> None:
        self._files = files
        self._library = library
        self._clock = clock
        self._options = options

    async def run(self, root: Root) -> DiskFaults:
        """Everything that differs; a root that is away differs in nothing."""
        faults = DiskFaults()
        ignore = IgnoreFiles(self._files, root.path, rules_of(root, self._options), self._clock)
        try:
            if not await asyncio.to_thread(self._files.has_entries, root.path):
                faults.unreadable.append(f"{root.name} is empty: is its disk mounted?")
                return faults
        except (NotFoundError, FilesUnavailableError) as error:
            faults.unreadable.append(error.message)
            return faults
        await self._walk(root, ignore.look(), faults)
        await self._look_at_known(root, faults)
        return faults

    async def _walk(self, root: Root, look: RuleLook, faults: DiskFaults) -> None:
        """Files that the catalog does not have, or has as gone."""
        rest: list[tuple[bytes, FolderRules | None]] = [(root.path, None)]
        waiting: list[bytes] = []
        while rest:
            folder, entered = rest.pop()
            try:
                paths, below = await asyncio.to_thread(self._list, folder, entered, look, root)
            except NotFoundError:
                continue
            except FilesUnavailableError as error:
                faults.unreadable.append(error.message)
                continue
            rest.extend(below)
            waiting.extend(paths)
            while len(waiting) >= _PAGE or (waiting and not rest):
                chunk, waiting = waiting[:_PAGE], waiting[_PAGE:]
                known = await self._library.places_at(chunk)
                for path in chunk:
                    place = known.get(path)
                    if place is None or place.availability is not Availability.PRESENT:
                        faults.unknown.add(path)

    def _list(
        self, folder: bytes, entered: FolderRules | None, look: RuleLook, root: Root
    ) -> tuple[list[bytes], list[tuple[bytes, FolderRules | None]]]:
        listing = self._files.list_folder(folder, (), top=root.path)
        rules = look.inside(folder, listing.names, entered)
        if rules.ignored:
            return [], []
        kept, _ = rules.applied(listing)
        base = folder.rstrip(b"/") + b"/"
        plain = rules.rules
        below: list[tuple[bytes, FolderRules | None]] = [
            (base + name, rules.enter(base + name))
            for name in kept.folders
            if not plain.skips_folder(base + name, name)
        ]
        return [base + name for name in kept.names if not plain.skips_file(name)], below

    async def _look_at_known(self, root: Root, faults: DiskFaults) -> None:
        """Files that the catalog has as present, and the disk not, or otherwise."""
        where = FileFilter(root=root.name, availabilities=(Availability.PRESENT.value,))
        after = None
        while True:
            sort = Sort(SortKey.PATH)
            page = await self._library.page(where, sort, limit=_PAGE, after=after)
            await asyncio.to_thread(self._compare, page.items, root, faults)
            after = page.next
            if after is None:
                return

    def _compare(self, places: Sequence[Place], root: Root, faults: DiskFaults) -> None:
        for place in places:
            try:
                stat = self._files.stat(place.path, top=root.path)
            except FilesUnavailableError as error:
                faults.unreadable.append(error.message)
                continue
            if stat is None:
                faults.gone.add(place.path)
            elif (
                stat.st_size != place.size
                or format_micros(stat.st_mtime_ns // 1_000) != place.modified_time
            ):
                faults.changed.add(place.path)
