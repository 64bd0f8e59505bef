"""``FakeControl``: leases, reports of roots and what people want of them, in memory."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from apollonia.domain.roots import MAX_SKIPPED, RootStatus
from apollonia.errors import ConflictError, NotFoundError
from apollonia.ports.control import MAX_SCAN_REQUESTS, Desired, Lease, ScanRequest, root_lease


@dataclass
class _Wishes:
    paused: bool = False
    requests: int = 0
    scans: list[ScanRequest] = field(default_factory=list)


@dataclass
class _Row:
    lease: Lease
    expires: float
    is_given_back: bool = False


def _never() -> float:
    return 0.0


class FakeControl:
    """A ``Control`` whose leases run out by ``now``, in seconds; without it, never."""

    def __init__(self, now: Callable[[], float] = _never) -> None:
        self._now = now
        self._roots: dict[str, RootStatus] = {}
        self._wishes: dict[str, _Wishes] = {}
        self._leases: dict[str, _Row] = {}
        self._tokens: Counter[str] = Counter()

    async def acquire(self, name: str, holder: str, ttl: float) -> Lease:
        """Take the lease, unless another one has it."""
        owner = self._holder(name)
        if owner not in {None, holder}:
            raise ConflictError(f"{name} is held by {owner}")
        return self._take(name, holder, ttl)

    async def take_over(self, name: str, holder: str, ttl: float) -> Lease:
        """Take the lease, whoever has it."""
        return self._take(name, holder, ttl)

    async def renew(self, lease: Lease, ttl: float, *, last_timestamp_us: int = 0) -> None:
        """Keep it."""
        row = self._leases.get(lease.name)
        if row is None or row.lease.token != lease.token or row.is_given_back:
            to = "" if row is None else f" to {row.lease.holder}"
            raise ConflictError(f"the lease on {lease.name} was lost{to}")
        self._stamp(row, last_timestamp_us)
        row.expires = self._now() + ttl

    async def release(self, lease: Lease, *, last_timestamp_us: int = 0) -> None:
        """Give it back."""
        row = self._leases.get(lease.name)
        if row is not None and row.lease.token == lease.token:
            self._stamp(row, last_timestamp_us)
            row.is_given_back = True

    async def holders(self, names: Collection[str]) -> Mapping[str, str]:
        """Who has these now."""
        found = ((name, self._holder(name)) for name in names)
        return {name: holder for name, holder in found if holder is not None}

    async def forget_leases(self, prefix: str, idle_s: float) -> None:
        """Those that are free for so long."""
        for name, row in tuple(self._leases.items()):
            since = 0.0 if row.is_given_back else row.expires
            if name.startswith(prefix) and since <= self._now() - idle_s:
                del self._leases[name], self._tokens[name]

    async def report_root(self, status: RootStatus, *, by: str | None = None) -> None:
        """Replaces the report before."""
        if status.root not in self._roots or self._may_speak(status.root, by):
            newest = status.skipped[-MAX_SKIPPED:]
            self._roots[status.root] = replace(status, skipped=newest)

    async def roots(self) -> Sequence[RootStatus]:
        """By path."""
        return [self._with_wish(self._roots[root]) for root in sorted(self._roots)]

    async def forget_roots(self, keep: Sequence[str], *, by: str | None = None) -> None:
        """Only these are left, and those of others."""
        gone = [root for root in self._roots if root not in keep and self._may_speak(root, by)]
        for root in gone:
            del self._roots[root]

    async def desired(self, root: str) -> Desired:
        """What is wanted."""
        wishes = self._wishes.get(root, _Wishes())
        return Desired(wishes.paused, tuple(wishes.scans), self._holder(root_lease(root)))

    async def set_paused(self, root: str, paused: bool) -> None:  # noqa: FBT001 - the value itself
        """Kept."""
        self._wanted(root).paused = paused

    async def request_scan(
        self, root: str, *, folder: bytes | None = None, verify: bool = False
    ) -> None:
        """Waits until it is finished."""
        wishes = self._wanted(root)
        wishes.requests += 1
        if len(wishes.scans) >= MAX_SCAN_REQUESTS:
            folder, verify = None, verify or any(request.verify for request in wishes.scans)
            wishes.scans.clear()
        wishes.scans.append(ScanRequest(wishes.requests, folder, verify))

    async def finish_scans(self, root: str, up_to: int) -> None:
        """These are gone."""
        wishes = self._wishes.get(root)
        if wishes is not None:
            wishes.scans = [request for request in wishes.scans if request.number > up_to]

    def _take(self, name: str, holder: str, ttl: float) -> Lease:
        row = self._leases.get(name)
        owner = None if row is None else row.lease.holder
        if owner != holder or self._holder(name) is None:
            self._tokens[name] += 1
        lease = Lease(
            name,
            holder,
            self._tokens[name],
            0 if row is None else row.lease.last_timestamp_us,
            owner if owner != holder else None,
            row is None or row.is_given_back,
        )
        self._leases[name] = _Row(lease, self._now() + ttl)
        return lease

    def _holder(self, name: str) -> str | None:
        row = self._leases.get(name)
        if row is None or row.is_given_back or row.expires <= self._now():
            return None
        return row.lease.holder

    def _may_speak(self, root: str, by: str | None) -> bool:
        return by is None or self._holder(root_lease(root)) in {by, None}

    def _with_wish(self, status: RootStatus) -> RootStatus:
        wishes = self._wishes.get(status.root)
        return status if wishes is None else replace(status, paused=wishes.paused)

    def _wanted(self, root: str) -> _Wishes:
        if root not in self._roots:
            raise NotFoundError(f"no root {root}")
        return self._wishes.setdefault(root, _Wishes())

    @staticmethod
    def _stamp(row: _Row, micros: int) -> None:
        newest = max(micros, row.lease.last_timestamp_us)
        row.lease = replace(row.lease, last_timestamp_us=newest)
