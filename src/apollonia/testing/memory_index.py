"""An index in one process' memory, with the real one's promises but one: a crash loses it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from apollonia.domain.paths import folder_of, is_inside, name_of
from apollonia.errors import IndexUnavailableError
from apollonia.ports.index import Check, Commit, Entry, Fingerprint, RootRecord, Unsent

if TYPE_CHECKING:
    from apollonia.ports.bus import Message


class MemoryIndex:
    """``Index`` in dictionaries; ``fail_with`` makes every call raise as a full disk would."""

    def __init__(self) -> None:
        self.files: dict[bytes, Entry] = {}
        self.outbox: dict[int, Message] = {}  # by position
        self.commits: list[Commit] = []
        self.fail_with: str | None = None
        self._roots: dict[bytes, RootRecord] = {}
        self._verified: dict[bytes, set[bytes]] = {}
        self._checks: dict[bytes, Check] = {}
        self._compared: dict[bytes, int] = {}  # how many marks were compared
        self._seen: set[str] = set()
        self._positions = count(1)

    async def fingerprints(
        self, folders: Sequence[bytes]
    ) -> Mapping[bytes, Mapping[bytes, Fingerprint]]:
        """Looks at everything."""
        await self.ping()
        found: dict[bytes, dict[bytes, Fingerprint]] = {folder: {} for folder in folders}
        for path, entry in self.files.items():
            if entry.is_live and folder_of(path) in found:
                found[folder_of(path)][name_of(path)] = entry.fingerprint
        return found

    async def entries(self, paths: Collection[bytes]) -> Mapping[bytes, Entry]:
        """By path."""
        await self.ping()
        return {path: self.files[path] for path in paths if path in self.files}

    async def entries_by_inode(self, inodes: Collection[tuple[int, int]]) -> Sequence[Entry]:
        """Looks at everything."""
        await self.ping()
        wanted = set(inodes)
        return [entry for entry in self.files.values() if (entry.device, entry.inode) in wanted]

    async def entries_by_content(self, hashes: Collection[str], limit_each: int) -> Sequence[Entry]:
        """Looks at everything."""
        await self.ping()
        found: dict[str, list[Entry]] = {sha256: [] for sha256 in hashes}
        for entry in self.files.values():
            if entry.sha256_hash in found and entry.file_id is not None:
                found[entry.sha256_hash].append(entry)
        return [entry for some in found.values() for entry in some[:limit_each]]

    async def folders_under(self, folder: bytes) -> Sequence[bytes]:
        """Looks at everything."""
        await self.ping()
        return sorted({folder_of(path) for path in self._live_under(folder)})

    async def count_under(self, folder: bytes) -> int:
        """Looks at everything."""
        await self.ping()
        return len(self._live_under(folder))

    async def commit(self, commit: Commit) -> None:
        """Keeps the commit too, for tests that ask what was written together."""
        await self.ping()
        self.commits.append(commit)
        self.files.update({entry.path: entry for entry in commit.entries})
        for message in commit.messages:
            if message.message_id not in self._seen:
                self._seen.add(message.message_id)
                self.outbox[next(self._positions)] = message
        for root, stamp in commit.last_timestamps.items():
            known = self._roots.get(root, RootRecord())
            self._roots[root] = replace(known, last_timestamp=max(stamp, known.last_timestamp))
        self._commit_checks(commit)

    def _commit_checks(self, commit: Commit) -> None:
        for path, check in self._checks.items():
            if folder_of(path) in commit.touched:
                self._checks[path] = replace(check, marks=check.marks + 1)
        for path in commit.checks:
            known = self._checks.get(path)
            self._checks[path] = Check(path, known.marks + 1 if known else 1)
        for done in commit.compared:
            check = self._checks.get(done.path, done)
            if done.result is not None:
                self._checks[done.path] = replace(check, result=done.result)
                self._compared[done.path] = done.marks
            elif check.marks == done.marks:
                self._checks.pop(done.path, None)

    async def due_checks(self, folder: bytes, limit: int) -> Sequence[Check]:
        """Looks at everything."""
        await self.ping()
        due = [
            check
            for path, check in sorted(self._checks.items())
            if is_inside(path, folder) and check.marks > self._compared.get(path, 0)
        ]
        return due[:limit]

    async def unsent(self, limit: int) -> Sequence[Unsent]:
        """In order."""
        await self.ping()
        return [Unsent(*item) for item in sorted(self.outbox.items())[:limit]]

    async def unsent_count(self) -> int:
        """All of them."""
        await self.ping()
        return len(self.outbox)

    async def mark_sent(self, positions: Collection[int]) -> None:
        """Sent messages leave."""
        await self.ping()
        for position in positions:
            message = self.outbox.pop(position, None)
            if message is not None:
                self._seen.discard(message.message_id)

    async def root(self, root: bytes) -> RootRecord:
        """As saved."""
        await self.ping()
        return self._roots.get(root, RootRecord())

    async def save_scan(self, root: bytes, device: int, scan_micros: int) -> None:
        """Kept."""
        await self.ping()
        known = self._roots.get(root, RootRecord())
        for path, entry in self.files.items():
            if is_inside(path, root) and entry.device == known.device:
                self.files[path] = replace(entry, device=device)
        self._roots[root] = replace(known, device=device, last_scan_micros=scan_micros)

    async def verified(self, top: bytes) -> Collection[bytes]:
        """As saved."""
        await self.ping()
        return self._verified.get(top, ())

    async def save_verified(self, top: bytes, folders: Collection[bytes]) -> None:
        """Kept."""
        await self.ping()
        self._verified.setdefault(top, set()).update(folders)

    async def forget_verified(self, top: bytes) -> None:
        """Forgotten."""
        await self.ping()
        self._verified.pop(top, None)

    async def prune(self, before_micros: int) -> int:
        """Looks at everything."""
        await self.ping()
        old = [
            path
            for path, entry in self.files.items()
            if entry.gone_micros is not None and entry.gone_micros < before_micros
        ]
        for path in old:
            del self.files[path]
        return len(old)

    async def ping(self) -> None:
        """Raises while ``fail_with`` is set."""
        if self.fail_with is not None:
            raise IndexUnavailableError(self.fail_with)

    async def close(self) -> None:
        """Nothing to let go of."""

    def _live_under(self, folder: bytes) -> list[bytes]:
        return [p for p, entry in self.files.items() if entry.is_live and is_inside(p, folder)]
