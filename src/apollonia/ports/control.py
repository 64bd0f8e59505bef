"""Desired state and reported state, shared by all processes of an installation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from apollonia.domain.roots import RootStatus


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to be the only one who does ``name``, until it runs out."""

    name: str
    holder: str
    token: int


class Control(Protocol):
    """Small, rarely written, read at most 2 s late. Raises ``CatalogUnavailableError``."""

    async def acquire(self, name: str, holder: str, ttl: float) -> Lease:
        """Take the lease, or take it over once it ran out; ``token`` grows with each new holder.

        The same ``holder`` gets it again at once: a restart after a crash does not wait. Holders
        are stable names, such as "<host>:<data folder>".
        Raises ``ConflictError`` naming the holder while another one has it.
        """
        ...

    async def renew(self, lease: Lease, ttl: float) -> None:
        """Keep it. Raises ``ConflictError`` once another holder took it."""
        ...

    async def release(self, lease: Lease) -> None:
        """Give it back; nothing happens when it was lost."""
        ...

    async def report_root(self, status: RootStatus) -> None:
        """What the root's ingestor is doing; replaces the report before."""
        ...

    async def roots(self) -> Sequence[RootStatus]:
        """The last report of every root, by path."""
        ...

    async def forget_roots(self, keep: Sequence[str]) -> None:
        """Drop the reports of roots that are no longer configured."""
        ...

    async def request_rescan(self, root: str) -> None:
        """Ask the root's ingestor for a scan. Raises ``NotFoundError`` for an unknown root."""
        ...

    async def rescan_requests(self, root: str) -> int:
        """How often a scan was asked for, ever; an ingestor compares with what it has seen."""
        ...
