"""One checksum file against the files that it lists.

SHA-256 is compared with what the index has: nothing is read twice. Other digests are read once for
each content, then remembered for as long as there is room. Names are followed beneath the checksum
file's own folder only, and through no link.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import Any

from apollonia.domain.paths import display, folder_of, name_of
from apollonia.ingest.flow.inspector import LargeHasher
from apollonia.ingest.reconcile.look import join
from apollonia.media.hashing import ContentChangedError
from apollonia.media.probing.text import clean
from apollonia.media.sidecars.charset import decode_text
from apollonia.media.sidecars.checksum_files import Algorithm, Sum, SumList, beneath
from apollonia.media.sidecars.limits import MAX_ITEMS
from apollonia.messages import FileError
from apollonia.ports.index import UNREAD, Entry, Index

CHECKSUM_MISMATCH = "checksum_mismatch"
_NAMED = 5
_BATCH = 500
_REMEMBERED = 20_000


@dataclass(slots=True)
class Verdict:
    """What came of comparing; names as the checksum file has them."""

    matched: int = 0
    mismatched: list[bytes] = field(default_factory=list)
    missing: list[bytes] = field(default_factory=list)
    unread: list[bytes] = field(default_factory=list)

    def facts(self, listed: SumList) -> dict[str, Any]:
        """Field ``checksums`` of ``messages.Media``."""
        lists = {"mismatched": self.mismatched, "missing": self.missing, "unread": self.unread}
        cut = any(len(names) > MAX_ITEMS for names in lists.values())
        return {
            "algorithm": listed.algorithm,
            "entries": listed.count,
            "matched": self.matched,
            **{key: [_shown(n) for n in names[:MAX_ITEMS]] for key, names in lists.items()},
            "truncated": cut or listed.count > len(listed.sums),
        }

    def error(self, listed: SumList) -> FileError | None:
        """What is wrong, where a file is not what the list says."""
        wrong = self.mismatched
        if not wrong:
            return None
        names = ", ".join(_shown(name)[:200] for name in wrong[:_NAMED])
        more = f" and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
        words = f"{len(wrong)} of {listed.count} files are not what it says: {names}{more}."
        advice = "Compare them with a backup; where they are as they should be, renew this file."
        return FileError(code=CHECKSUM_MISMATCH, message=f"{words} {advice}")


class Digests:
    """Digests by content: what a content's MD5 is never changes. One file is read at a time."""

    def __init__(self, hasher: LargeHasher) -> None:
        self._hasher = hasher
        self._turn = asyncio.Lock()
        self._known: OrderedDict[tuple[str, Algorithm], str] = OrderedDict()

    def known(self, entry: Entry, algorithm: Algorithm) -> str | None:
        """The digest, where nothing has to be read for it."""
        if entry.sha256_hash is None or algorithm == "sha256":
            return entry.sha256_hash
        return self._known.get((entry.sha256_hash, algorithm))

    async def read(self, entry: Entry, algorithm: Algorithm, top: bytes) -> str:
        """The digest of the content that the index knows.

        Raises:
            ContentChangedError: the file is not what the index knows any more.
            StoppedError, OSError: it cannot be read.
        """
        async with self._turn:
            facts, digest = await self._hasher.digest(entry.path, algorithm, top)
        if (facts.size, facts.mtime_ns) != (entry.size, entry.mtime_ns):
            raise ContentChangedError("changed since it was cataloged")
        if entry.sha256_hash is not None:
            self._known[entry.sha256_hash, algorithm] = digest
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return digest


class Comparing:
    """Compares for one root, whose folder is ``top``.

    ``existing`` tells which of some paths hold anything, cataloged or not.
    """

    def __init__(
        self,
        index: Index,
        digests: Digests,
        top: bytes,
        existing: Callable[[Collection[bytes]], Awaitable[Collection[bytes]]],
    ) -> None:
        self._index = index
        self._digests = digests
        self._top = top
        self._existing = existing

    async def compare(
        self, path: bytes, listed: SumList, pause: Callable[[], Awaitable[None]]
    ) -> Verdict:
        """Every file that is listed; ``pause`` is awaited before each that has to be read.

        Raises:
            ContentChangedError: a file is being written; compare again later.
            StoppedError: we are stopped.
            Unavailable: the index or the disk is away.
        """
        verdict = Verdict()
        folder = folder_of(path)
        for some in batched(listed.sums, _BATCH):
            found = await self._entries(folder, some)
            there = await self._ignored(folder, [it.name for it in some if it.name not in found])
            for one in some:
                entry = found.get(one.name)
                if entry is not None:
                    await self._one(one, entry, verdict, pause)
                elif one.name in there or beneath(one.name) is None:
                    verdict.unread.append(one.name)
                else:
                    verdict.missing.append(one.name)
        return verdict

    async def _one(
        self, one: Sum, entry: Entry, verdict: Verdict, pause: Callable[[], Awaitable[None]]
    ) -> None:
        if entry.error_code in UNREAD:
            verdict.unread.append(one.name)
            return
        digest = self._digests.known(entry, one.algorithm)
        if digest is None:
            await pause()
            try:
                digest = await self._digests.read(entry, one.algorithm, self._top)
            except ContentChangedError:
                raise
            except OSError:
                verdict.unread.append(one.name)
                return
        if digest == one.digest:
            verdict.matched += 1
        else:
            verdict.mismatched.append(one.name)

    async def _ignored(self, folder: bytes, names: Sequence[bytes]) -> Collection[bytes]:
        """Names of files that are there, but are not cataloged by our rules."""
        paths = {join(folder, path): name for name in names for path in _spellings(name)}
        return {paths[path] for path in await self._existing(paths)} if paths else ()

    async def _entries(self, folder: bytes, sums: Sequence[Sum]) -> Mapping[bytes, Entry]:
        """The entry of each name that has one, by the name as it is listed."""
        spelled = {one.name: [join(folder, it) for it in _spellings(one.name)] for one in sums}
        paths = {path for some in spelled.values() for path in some}
        entries = {p: e for p, e in (await self._index.entries(paths)).items() if e.is_live}
        found: dict[bytes, Entry] = {}
        for name, some in spelled.items():
            entry = next((entries[path] for path in some if path in entries), None)
            if entry is not None:
                found[name] = entry
        lost = {name: some[-1] for name, some in spelled.items() if some and name not in found}
        return found | (await self._without_case(lost) if lost else {})

    async def _without_case(self, lost: Mapping[bytes, bytes]) -> dict[bytes, Entry]:
        """Windows does not tell case: its tools write names as they please."""
        listed = await self._index.fingerprints(sorted({folder_of(path) for path in lost.values()}))
        real = {folder: {_folded(name): name for name in names} for folder, names in listed.items()}
        paths: dict[bytes, bytes] = {}
        for name, path in lost.items():
            spelled = real[folder_of(path)].get(_folded(name_of(path)))
            if spelled is not None:
                paths[name] = join(folder_of(path), spelled)
        entries = await self._index.entries(set(paths.values()))
        return {name: entries[path] for name, path in paths.items() if path in entries}


def _shown(name: bytes) -> str:
    """For people and databases: a hostile list may hold anything."""
    return clean(display(name)).replace("\n", " ")


def _folded(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace").casefold()


def _spellings(name: bytes) -> Iterator[bytes]:
    """The name itself, with Windows' separators turned, and in UTF-8 where it is not."""
    seen = set()
    for text in (name, name.replace(b"\\", b"/")):
        for spelled in (text, decode_text(text).encode("utf-8", "replace")):
            path = beneath(spelled)
            if path is not None and path not in seen:
                seen.add(path)
                yield path
