"""Desired state and reported state, shared by all processes of an installation."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from apollonia.domain.roots import RootStatus

MAX_SCAN_REQUESTS: Final = 64


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to be the only one who does ``name``, until it runs out.

    ``last_timestamp_us``: the newest stamp that a holder told, whoever it was (µs since 1970).
    ``previous``: who had it last, where that was somebody else; ``given_back``: and let go of it by
    himself, after he had told his last stamp.
    """

    name: str
    holder: str
    token: int
    last_timestamp_us: int = 0
    previous: str | None = None
    given_back: bool = True


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """Somebody wants a root scanned, or one folder in it; ``verify``: every file is read again.

    ``number`` grows with each request for the root.
    """

    number: int
    folder: bytes | None = None
    verify: bool = False


@dataclass(frozen=True, slots=True)
class Desired:
    """What people want of a root. ``scans`` are those not finished yet, oldest first.

    ``holder``: who has the root's lease at this moment.
    """

    paused: bool = False
    scans: tuple[ScanRequest, ...] = ()
    holder: str | None = None


def root_lease(root: str) -> str:
    """The name of the lease that a root's ingestor holds."""
    return f"root:{root}"


class Control(Protocol):
    """Small, rarely written, read at most 2 s late. Raises ``CatalogUnavailableError``."""

    async def acquire(self, name: str, holder: str, ttl: float) -> Lease:
        """Take the lease once it is free or ran out; ``token`` grows with each new holder.

        The same ``holder`` gets it again at once: a restart after a crash does not wait. Holders
        are stable names, such as "<host>:<data folder>".
        Raises ``ConflictError`` naming the holder while another one has it.
        """
        ...

    async def take_over(self, name: str, holder: str, ttl: float) -> Lease:
        """Take the lease, whoever has it: that one learns of it at its next renewal.

        Only for a person who says so.
        """
        ...

    async def renew(self, lease: Lease, ttl: float, *, last_timestamp_us: int = 0) -> None:
        """Keep it, and tell the newest stamp so far; an older one than was told changes nothing.

        Raises ``ConflictError`` once another holder took it, naming him.
        """
        ...

    async def release(self, lease: Lease, *, last_timestamp_us: int = 0) -> None:
        """Give it back, and tell the newest stamp; nothing happens when it was lost."""
        ...

    async def holders(self, names: Collection[str]) -> Mapping[str, str]:
        """Who has these leases at this moment; those that are free are left out."""
        ...

    async def forget_leases(self, prefix: str, idle_s: float) -> None:
        """Drop the leases so named that are free for so long: each was for one piece of work.

        MUST NOT drop one that somebody holds.
        """
        ...

    async def report_root(self, status: RootStatus, *, by: str | None = None) -> None:
        """What the root's ingestor is doing; replaces the report before.

        While somebody else than ``by`` has the root's lease, only a first report is taken: he
        reports from then on.
        """
        ...

    async def roots(self) -> Sequence[RootStatus]:
        """The last report of every root, by path; ``paused`` at once as ``set_paused`` left it."""
        ...

    async def forget_roots(self, keep: Sequence[str], *, by: str | None = None) -> None:
        """Drop the reports of other roots, but for those that others than ``by`` have a lease on.

        Whether a root is paused, and who wants it scanned, outlives that.
        """
        ...

    async def desired(self, root: str) -> Desired:
        """What is wanted of a root; of one that nobody ever wanted anything of: nothing."""
        ...

    async def set_paused(self, root: str, paused: bool) -> None:  # noqa: FBT001 - the value itself
        """Whether the root is to rest; stays over restarts. Raises ``NotFoundError``."""
        ...

    async def request_scan(
        self, root: str, *, folder: bytes | None = None, verify: bool = False
    ) -> None:
        """Ask the root's ingestor for a scan. Raises ``NotFoundError`` for an unknown root.

        Waits until it is finished, over restarts too. More than ``MAX_SCAN_REQUESTS`` that wait
        become one of the whole root, which verifies if any of them was to.
        """
        ...

    async def finish_scans(self, root: str, up_to: int) -> None:
        """The requests up to this number are carried out, or need not be any more."""
        ...
