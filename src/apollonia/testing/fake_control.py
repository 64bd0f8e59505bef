"""``FakeControl``: reports of roots and requests for scans, in memory."""

from collections import Counter
from collections.abc import Sequence

from apollonia.domain.roots import RootStatus
from apollonia.errors import ConflictError, NotFoundError
from apollonia.ports.control import Lease


class FakeControl:
    """A ``Control`` whose leases never run out."""

    def __init__(self) -> None:
        self._roots: dict[str, RootStatus] = {}
        self._requests: Counter[str] = Counter()
        self._leases: dict[str, Lease] = {}
        self._tokens: Counter[str] = Counter()

    async def acquire(self, name: str, holder: str, ttl: float) -> Lease:
        """Take the lease."""
        del ttl
        held = self._leases.get(name)
        if held is not None and held.holder != holder:
            raise ConflictError(f"{name} is held by {held.holder}")
        if held is None:
            self._tokens[name] += 1
            held = self._leases[name] = Lease(name, holder, self._tokens[name])
        return held

    async def renew(self, lease: Lease, ttl: float) -> None:
        """Keep it."""
        del ttl
        if self._leases.get(lease.name) != lease:
            raise ConflictError(f"{lease.name} was lost")

    async def release(self, lease: Lease) -> None:
        """Give it back."""
        if self._leases.get(lease.name) == lease:
            del self._leases[lease.name]

    async def report_root(self, status: RootStatus) -> None:
        """Replaces the report before."""
        self._roots[status.root] = status

    async def roots(self) -> Sequence[RootStatus]:
        """By path."""
        return [self._roots[root] for root in sorted(self._roots)]

    async def forget_roots(self, keep: Sequence[str]) -> None:
        """Only these are left."""
        self._roots = {root: self._roots[root] for root in self._roots if root in keep}

    async def request_rescan(self, root: str) -> None:
        """Counted."""
        if root not in self._roots:
            raise NotFoundError(f"no root {root}")
        self._requests[root] += 1

    async def rescan_requests(self, root: str) -> int:
        """How often, ever."""
        return self._requests[root]
