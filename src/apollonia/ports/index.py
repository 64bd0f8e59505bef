"""Ingest's own memory: what each place looked like last, and the events not yet published."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from apollonia.ports.bus import Message

type Fingerprint = tuple[int, int, int, int]
"""``(size, mtime_ns, ctime_ns, inode)``: while all four are equal, a file is unchanged.

The inode is inverted (``~``) where the file was not read because of its size: once it may be, it is
not what it was.
"""

UNREAD = frozenset({"too_large", "too_small"})
"""Error codes of files that are not read because of their size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One place as it was last seen; times in nanoseconds since 1970, ``gone_micros`` in µs.

    ``gone_micros`` set: a tombstone. It keeps the last facts, so that a file that returns is
    known; its ``file_id`` is ``None`` when the file moved away and took the id along.
    """

    path: bytes
    size: int
    mtime_ns: int
    ctime_ns: int
    atime_ns: int
    inode: int
    device: int
    links: int
    sha256_hash: str | None
    xxh128_hash: str | None
    file_id: str | None
    error_code: str | None = None
    gone_micros: int | None = None

    @property
    def is_live(self) -> bool:
        """Whether the file was there when last looked."""
        return self.gone_micros is None

    @property
    def fingerprint(self) -> Fingerprint:
        """What tells whether it changed."""
        inode = ~self.inode if self.error_code in UNREAD else self.inode
        return (self.size, self.mtime_ns, self.ctime_ns, inode)


@dataclass(frozen=True, slots=True)
class Check:
    """A checksum file: ``marks`` counts the reasons to compare it with the files that it lists.

    ``result`` stands for what the last comparing found; ``None``: nothing that was told.
    """

    path: bytes
    marks: int
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """What becomes durable together, or not at all.

    ``entries`` are inserted or replaced by path; ``messages`` are appended to the outbox in this
    order, those whose id it has already are ignored; ``last_timestamps`` in µs, by root.

    ``checks`` are checksum files that are due to be compared, without a result; those that are
    directly in a folder of ``touched`` are due again. ``compared``: done, unless marked since;
    without a result the check is forgotten.
    """

    entries: Sequence[Entry] = ()
    messages: Sequence[Message] = ()
    last_timestamps: Mapping[bytes, int] = field(default_factory=dict)
    checks: Collection[bytes] = ()
    touched: Collection[bytes] = ()
    compared: Sequence[Check] = ()


@dataclass(frozen=True, slots=True)
class RootRecord:
    """What is remembered of a root: the device it was on (``None``: never seen), its last stamp."""

    device: int | None = None
    last_timestamp: int = 0
    last_scan_micros: int | None = None


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message of the outbox and its position there."""

    position: int
    message: Message


class Index(Protocol):
    """Path → facts, and the outbox, in one place: rule 2 of the design.

    MUST have everything of a ``Commit`` on disk when ``commit`` returns, and nothing of it when it
    raises. One process at a time. Raises ``IndexUnavailableError``, saying what to do.
    """

    async def fingerprints(
        self, folders: Sequence[bytes]
    ) -> Mapping[bytes, Mapping[bytes, Fingerprint]]:
        """The live files directly inside each folder, by name; every folder asked for is there."""
        ...

    async def entries(self, paths: Collection[bytes]) -> Mapping[bytes, Entry]:
        """What is known at these paths, tombstones included; unknown paths are left out."""
        ...

    async def entries_by_inode(self, inodes: Collection[tuple[int, int]]) -> Sequence[Entry]:
        """All entries, tombstones included, with one of these (device, inode) pairs."""
        ...

    async def entries_by_content(self, hashes: Collection[str], limit_each: int) -> Sequence[Entry]:
        """Entries, tombstones included, with one of these SHA-256s, so many of each at most.

        Only those that have an id: where a file has been in many places, only one of them has it.
        """
        ...

    async def folders_under(self, folder: bytes) -> Sequence[bytes]:
        """``folder`` itself and every folder below it that has live files, by path."""
        ...

    async def count_under(self, folder: bytes) -> int:
        """How many live files are in ``folder`` and below it."""
        ...

    async def commit(self, commit: Commit) -> None:
        """Make it durable, all or nothing. Repeating it changes nothing."""
        ...

    async def unsent(self, limit: int) -> Sequence[Unsent]:
        """The oldest messages of the outbox, in order."""
        ...

    async def unsent_count(self) -> int:
        """How many messages wait in the outbox."""
        ...

    async def mark_sent(self, positions: Collection[int]) -> None:
        """The bus has confirmed these: they never come again."""
        ...

    async def root(self, root: bytes) -> RootRecord:
        """What is remembered of a root; an empty record for a new one."""
        ...

    async def save_scan(self, root: bytes, device: int, scan_micros: int) -> None:
        """A scan of the root ended well, on this device: its files that were on the last are now.

        A disk may get another number whenever it is mounted.
        """
        ...

    async def verified(self, top: bytes) -> Collection[bytes]:
        """The folders in ``top`` that an unfinished verification is through with."""
        ...

    async def save_verified(self, top: bytes, folders: Collection[bytes]) -> None:
        """The verification of ``top`` is through with these, and remembers them until it ends."""
        ...

    async def forget_verified(self, top: bytes) -> None:
        """The verification of ``top`` has ended."""
        ...

    async def due_checks(self, folder: bytes, limit: int) -> Sequence[Check]:
        """Checksum files in and below ``folder`` that were marked since they were compared."""
        ...

    async def prune(self, before_micros: int) -> int:
        """Forget tombstones older than this; how many went."""
        ...

    async def ping(self) -> None:
        """Raise ``IndexUnavailableError`` unless it can be written."""
        ...

    async def close(self) -> None:
        """Let go of the file."""
        ...
