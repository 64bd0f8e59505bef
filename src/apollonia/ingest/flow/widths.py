"""How much is read at once from one disk or share, by what it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from apollonia.ingest.flow.candidate import Candidate
from apollonia.ingest.options import IngestOptions
from apollonia.ports.file_system import Storage, StorageKind

_SMALL_HDD = 2  # one batch is read while what was read of the other is looked into
_LARGE_HDD = 1  # heads that go back and forth between two files are slower than for one
_REMOTE = 4


@dataclass(frozen=True, slots=True)
class Widths:
    """``readers`` in all. Slow devices together get ``slow`` of them while there is a fast one."""

    readers: int
    fast: int
    hdd: int
    remote: int
    slow: int

    def of(self, storage: Storage) -> int:
        """How many readers may be at this device at once."""
        if storage.kind is StorageKind.HDD:
            return self.hdd
        return self.remote if storage.is_remote else self.fast


def small_widths(options: IngestOptions) -> Widths:
    """For batches of small files: the media workers are all there is, whoever waits."""
    readers = options.concurrency
    chosen = min(options.readers, readers)
    return Widths(
        readers=readers,
        fast=chosen or readers,
        hdd=chosen or min(_SMALL_HDD, readers),
        remote=chosen or min(_REMOTE, readers),
        slow=max(1, readers - 2),  # all workers but one, as one batch waits for a worker
    )


def large_widths(options: IngestOptions) -> Widths:
    """For large files: what waits for a slow device has threads of its own."""
    chosen = options.readers
    fast = chosen or options.large_concurrency
    return Widths(
        readers=fast + (chosen or _REMOTE),
        fast=fast,
        hdd=chosen or _LARGE_HDD,
        remote=chosen or _REMOTE,
        slow=chosen or _REMOTE,
    )


def in_disk_order(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """Files of one look, on a hard disk by inode: about where they lie, so that heads move less."""
    if not candidates:
        return candidates
    first = candidates[0]
    if first.root.places.storage_of(first.path).kind is not StorageKind.HDD:
        return candidates
    return sorted(candidates, key=lambda one: one.stat.st_ino)
