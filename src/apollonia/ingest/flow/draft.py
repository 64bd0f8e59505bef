"""What a finding means, given what the index knows at the moment of writing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from apollonia.domain.ids import uuid7
from apollonia.domain.ordering import MonotonicStamps
from apollonia.domain.paths import folder_of, is_inside, name_of
from apollonia.ingest.flow.candidate import Candidate, Compared, Finding, Lost, Read
from apollonia.ingest.flow.events import Happened, make_message
from apollonia.ingest.flow.exchange import Ring, free_name
from apollonia.ingest.reconcile.comparing import CHECKSUM_MISMATCH
from apollonia.ingest.reconcile.silent_change import SILENT_CHANGE, is_silent_change
from apollonia.ingest.root.watched_root import WatchedRoot
from apollonia.media.facts import FileFacts
from apollonia.media.sidecars.checksum_files import is_checksum_name
from apollonia.media.workers.requests import Inspection
from apollonia.messages import FileEventType
from apollonia.ports.index import Check, Commit, Entry

if TYPE_CHECKING:
    from apollonia.ports.bus import Message


class Draft:
    """One transaction in the making. ``known``: the index at all paths concerned, kept up to date.

    ``rewritten``: inodes of files with several names that have another content now. ``corrupted``:
    files whose content changed although none of their times did.

    A finding of a root that is not ours any more changes nothing.
    """

    def __init__(
        self, known: Mapping[bytes, Entry], stamps: MonotonicStamps, now_micros: int
    ) -> None:
        self._known = dict(known)
        self._stamps = stamps
        self._now = now_micros
        self._entries: dict[bytes, Entry] = {}
        self._messages: list[Message] = []
        self._roots: set[bytes] = set()
        self._checks: set[bytes] = set()
        self._touched: set[bytes] = set()
        self._compared: list[Check] = []
        self.rewritten: set[tuple[int, int]] = set()
        self.corrupted: list[Candidate] = []

    @staticmethod
    def concerned(finding: Finding) -> list[bytes]:
        """The paths that must be known before this finding is added."""
        if not isinstance(finding, Read):
            return [finding.path]
        source = finding.candidate.moved_from
        return [finding.candidate.path] if source is None else [finding.candidate.path, source]

    def add(self, finding: Finding) -> None:
        """Decide what happened, and note it."""
        if not finding_root(finding).owned:
            return
        if isinstance(finding, Lost):
            self._add_lost(finding)
        elif isinstance(finding, Compared):
            self._add_compared(finding)
        else:
            self._add_read(finding)

    def add_rings(self, rings: Sequence[Ring]) -> None:
        """Files that changed places, before anything else is added: each takes its id along."""
        for ring in rings:
            if all(read.candidate.root.owned for read in ring):
                self._add_ring(ring)

    def commit(self) -> Commit:
        """The transaction."""
        stamps = dict.fromkeys(self._roots, self._stamps.last_micros)
        return Commit(
            tuple(self._entries.values()),
            tuple(self._messages),
            stamps,
            checks=self._checks,
            touched=self._touched,
            compared=self._compared,
        )

    def _add_lost(self, lost: Lost) -> None:
        known = self._known.get(lost.path)
        if known is None or not known.is_live:
            return
        self._put(replace(known, gone_micros=self._now))
        if known.links > 1:  # it may have been written through this name before it went
            self.rewritten.add((known.device, known.inode))
        self._touch(lost.root, lost.path)
        self._tell(lost.root, lost.origin, FileEventType.DELETE, known)

    def _add_read(self, read: Read) -> None:
        candidate = read.candidate
        known = self._known.get(candidate.path)
        if known is not None and known.is_live:
            self._add_changed(read, known, entry_of(read, known.file_id))
            return
        source = self._source(read)
        if source is not None:
            entry = entry_of(read, source.file_id)
            self._put(replace(source, file_id=None, gone_micros=self._now))
            self._put(entry)
            self._tell_read(read, FileEventType.MOVED_TO, entry, source.path)
            return
        returned = known.file_id if known is not None else None
        entry = entry_of(read, returned or uuid7(self._now // 1000))
        self._put(entry)
        self._tell_read(read, FileEventType.CREATE, entry)

    def _add_ring(self, ring: Ring) -> None:
        paths = [read.candidate.path for read in ring]
        ids = [self._known[path].file_id for path in paths]
        meanwhile = free_name(ring, ids[0] or "")
        sources, new_ids = [*paths[1:], meanwhile], [*ids[1:], ids[0]]
        self._tell_read(
            ring[-1],
            FileEventType.MOVED_TO,
            replace(entry_of(ring[-1], ids[0]), path=meanwhile),
            paths[0],
        )
        for read, source, file_id in zip(ring, sources, new_ids, strict=True):
            entry = entry_of(read, file_id)
            self._put(entry)
            self._tell_read(read, FileEventType.MOVED_TO, entry, source)

    def _add_changed(self, read: Read, known: Entry, entry: Entry) -> None:
        if is_silent_change(known, entry):
            read = replace(read, inspection=replace(read.inspection, error=SILENT_CHANGE))
            entry = replace(entry, error_code=SILENT_CHANGE.code)
            self.corrupted.append(read.candidate)
        elif known.error_code == CHECKSUM_MISMATCH and _same_content(entry, known):
            entry = replace(entry, error_code=known.error_code)  # until it is compared again
        if entry == known:
            return
        self._put(entry)
        if entry.sha256_hash != known.sha256_hash and max(entry.links, known.links) > 1:
            self.rewritten.add((entry.device, entry.inode))
        if _facts_told(entry) != _facts_told(known):
            self._tell_read(read, FileEventType.CLOSE_WRITE, entry)

    def _source(self, read: Read) -> Entry | None:
        """The entry that the file takes its id from, if it still has it to give."""
        candidate = read.candidate
        source = self._known.get(candidate.moved_from or b"")
        if source is None or source.file_id is None or source.path == candidate.path:
            return None
        if candidate.guessed and not _same_content(entry_of(read, None), source):
            return None
        return source

    def _tell_read(
        self, read: Read, what: FileEventType, entry: Entry, moved_from: bytes | None = None
    ) -> None:
        candidate, inspection = read.candidate, read.inspection
        self._touch(candidate.root, entry.path)
        if moved_from is not None:
            self._touch(candidate.root, moved_from)
        if is_checksum_name(name_of(entry.path).decode("utf-8", "replace")):
            self._checks.add(entry.path)
        happened = Happened(
            entry=entry,
            event_type=what,
            root=candidate.root.root.name,
            origin=candidate.origin,
            timestamp=self._stamps.next(self._now),
            moved_from=moved_from,
            media=inspection.media,
            error=inspection.error,
            neighbours=candidate.neighbours,
        )
        self._send(candidate.root, happened)

    def _add_compared(self, done: Compared) -> None:
        known = self._known.get(done.path)
        if known is None or not known.is_live or done.result is None:
            self._compared.append(Check(done.path, done.marks))
        elif known.sha256_hash == done.sha256_hash:
            self._compared.append(Check(done.path, done.marks, done.result))
            if not done.is_news:
                return
            error = done.error
            if error is None and known.error_code == SILENT_CHANGE.code:
                error = SILENT_CHANGE  # its own content is still in doubt
            entry = replace(known, error_code=error.code if error else None)
            self._put(entry)
            happened = Happened(
                entry=entry,
                event_type=FileEventType.CLOSE_WRITE,
                root=done.root.root.name,
                origin="verify",
                timestamp=self._stamps.next(self._now),
                media=done.media,
                error=error,
                neighbours=done.neighbours,
            )
            self._send(done.root, happened)

    def _touch(self, root: WatchedRoot, path: bytes) -> None:
        """Checksum files in the folder and above it may list the file."""
        folder = folder_of(path)
        while folder not in self._touched and is_inside(folder, root.path):
            self._touched.add(folder)
            folder = folder_of(folder)

    def _tell(self, root: WatchedRoot, origin: str, what: FileEventType, entry: Entry) -> None:
        stamp = self._stamps.next(self._now)
        self._send(
            root,
            Happened(
                entry=entry, event_type=what, root=root.root.name, origin=origin, timestamp=stamp
            ),
        )

    def _send(self, root: WatchedRoot, happened: Happened) -> None:
        self._messages.append(make_message(happened, self._now))
        self._roots.add(root.path)

    def _put(self, entry: Entry) -> None:
        self._known[entry.path] = entry
        self._entries[entry.path] = entry


def _same_content(entry: Entry, other: Entry) -> bool:
    return entry.sha256_hash is not None and entry.sha256_hash == other.sha256_hash


def finding_root(finding: Finding) -> WatchedRoot:
    """Whose it is."""
    return finding.candidate.root if isinstance(finding, Read) else finding.root


def entry_of(read: Read, file_id: str | None) -> Entry:
    """The entry that a look into a file gives."""
    candidate, inspection = read.candidate, read.inspection
    facts = facts_of(candidate, inspection)
    sha, xxh = inspection.sha256_hash, inspection.xxh128_hash
    if candidate.same_as is not None and sha is None:
        sha, xxh = candidate.same_as.sha256_hash, candidate.same_as.xxh128_hash
    return Entry(
        path=candidate.path,
        size=facts.size,
        mtime_ns=facts.mtime_ns,
        ctime_ns=facts.ctime_ns,
        atime_ns=facts.atime_ns,
        inode=facts.inode,
        device=facts.device,
        links=facts.links,
        sha256_hash=sha,
        xxh128_hash=xxh,
        file_id=file_id,
        error_code=None if inspection.error is None else inspection.error.code,
    )


def facts_of(candidate: Candidate, inspection: Inspection) -> FileFacts:
    """From the file that was read, or, where it could not be opened, from the look."""
    return inspection.facts or FileFacts.of(candidate.stat, candidate.stat.st_atime_ns)


def _facts_told(entry: Entry) -> tuple[object, ...]:
    """What consumers would want to hear about; the time of access is never a change."""
    return (
        entry.sha256_hash,
        entry.size,
        entry.mtime_ns,
        entry.links,
        entry.error_code,
    )
