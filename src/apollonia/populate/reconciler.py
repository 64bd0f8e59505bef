"""What the rows say is undone comes back into the lanes, whatever became of the broker."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from apollonia.domain.analysis import (
    ANALYSED_KINDS,
    AnalyserSpec,
    digest_of,
    lane_of,
    missing,
    state_of,
    wanted_for,
)
from apollonia.domain.kinds import AnalysisState, Kind
from apollonia.domain.paths import display, to_base64
from apollonia.domain.times import format_micros
from apollonia.errors import ConflictError, Unavailable
from apollonia.messages import (
    ANALYZER_QUEUE,
    ENRICHED_QUEUE,
    LANES,
    POPULATOR_QUEUE,
    WORK,
    Work,
)
from apollonia.observe.logs import get_logger
from apollonia.populate.analysis_projector import judge
from apollonia.ports.analyses import Analyses, UndoneFile
from apollonia.ports.bus import Bus
from apollonia.ports.catalog import Catalog
from apollonia.ports.clock import Clock
from apollonia.ports.control import Control, Lease
from apollonia.work.analysis_work import WORK_LEASES, work_lease, work_message
from apollonia.work.backoff import Backoff
from apollonia.work.pause import until_stopped

log = get_logger(__name__)

_LEASE = "reconciler"
_ON_THE_WAY = (
    POPULATOR_QUEUE,
    ANALYZER_QUEUE,
    ENRICHED_QUEUE,
    *(f"{ANALYZER_QUEUE}.{lane}" for lane in LANES),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileOptions:
    """``holder`` names this process; times in seconds.

    At most ``most`` works are queued in a round; ``busy_s`` later it looks whether they are done.
    """

    holder: str
    interval_s: float = 300.0
    busy_s: float = 5.0
    batch: int = 500
    most: int = 5_000
    lease_s: float = 120.0
    forget_leases_s: float = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcilePorts:
    """What it reads, and where it writes."""

    analyses: Analyses
    catalog: Catalog
    control: Control
    bus: Bus
    clock: Clock


class Reconciler:
    """A ``Service``: at its start and every few minutes, one per installation (a lease).

    It first judges contents again whose set of analysers changed. Then, while nothing is on the
    way through the queues, it queues what the rows call pending, and nobody holds a lease on.
    """

    name = "reconciler"

    def __init__(
        self,
        *,
        ports: ReconcilePorts,
        specs: Collection[AnalyserSpec],
        options: ReconcileOptions,
    ) -> None:
        self._ports = ports
        self._specs = specs
        self._options = options
        self._after = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Reconcile until ``stop``."""
        backoff = Backoff()
        while not stop.is_set():
            try:
                more = await until_stopped(stop, self.reconcile())
                backoff.reset()
                wait = self._options.busy_s if more else self._options.interval_s
            except Unavailable as error:
                log.warning("reconciling waits", error=error.message)
                wait = backoff.next()
            await until_stopped(stop, self._ports.clock.sleep(wait))

    async def reconcile(self) -> bool:
        """One round; whether it should look again soon.

        Raises:
            Unavailable: the catalog or the bus is away.
        """
        options, control = self._options, self._ports.control
        try:
            lease = await control.acquire(_LEASE, options.holder, options.lease_s)
        except ConflictError:
            return False  # another populator does it
        try:
            await control.forget_leases(WORK_LEASES, options.forget_leases_s)
            if not await self._judge_outdated(lease):
                return False
            if await self._is_busy():
                return True
            return await self._queue_undone(lease)
        finally:
            await control.release(lease)

    async def _judge_outdated(self, lease: Lease) -> bool:
        """Contents whose analysers are others by now; ``False``: the lease was lost."""
        for kind in ANALYSED_KINDS:
            digest = digest_of(wanted_for(kind, self._specs))
            while found := await self._ports.analyses.outdated(kind, digest, self._options.batch):
                await self._judge(dict.fromkeys(found, kind))
                if not await self._keep(lease):
                    return False
        return True

    async def _judge(self, kinds: Mapping[str, Kind]) -> None:
        now = format_micros(self._ports.clock.now_micros())
        async with self._ports.catalog.begin() as unit:
            await judge(unit, kinds, self._specs, now)

    async def _is_busy(self) -> bool:
        """Whether something is on its way already; asked one by one, the first one decides."""
        for queue in _ON_THE_WAY:
            if await self._ports.bus.depth(queue):
                return True
        return False

    async def _queue_undone(self, lease: Lease) -> bool:
        """Go on where the last round stopped; whether to look again soon.

        What can't be done, such as files that are away, does not keep others from their turn.
        """
        began, queued, more = self._after, 0, True
        while more and queued < self._options.most:
            files = await self._ports.analyses.undone(self._after, self._options.batch)
            if files:
                queued += await self._queue(files)
            more = len(files) == self._options.batch and await self._keep(lease)
            self._after = files[-1].number if more else 0
        if queued:
            log.info("undone analyses queued", files=queued)
        return began > 0 or more

    async def _queue(self, files: Sequence[UndoneFile]) -> int:
        """Queue those that need work, each content once; the others' rows are put right."""
        by_content = {it.sha256_hash: it for it in files}
        recorded = await self._ports.analyses.recorded(by_content.keys())
        held = await self._ports.control.holders(
            [work_lease(it.sha256_hash, lane_of(it.kind)) for it in by_content.values()]
        )
        stale: dict[str, Kind] = {}
        lanes: dict[str, list[UndoneFile]] = {}
        for sha256, it in by_content.items():
            wanted, known = wanted_for(it.kind, self._specs), recorded.get(sha256, ())
            if state_of(wanted, known) is not AnalysisState.PENDING:
                stale[sha256] = it.kind
            elif missing(wanted, known) and work_lease(sha256, lane_of(it.kind)) not in held:
                lanes.setdefault(lane_of(it.kind), []).append(it)
        if stale:
            await self._judge(stale)
        for lane, undone in lanes.items():
            await self._publish(lane, undone)
        return sum(map(len, lanes.values()))

    async def _publish(self, lane: str, files: Sequence[UndoneFile]) -> None:
        now = format_micros(self._ports.clock.now_micros())
        works = [
            Work(
                sha256_hash=it.sha256_hash,
                kind=it.kind,
                file_id=it.id,
                file_path=display(it.path),
                file_path_b64=to_base64(it.path),
                size=it.size,
                modified_time=it.modified_time,
                timestamp=now,
            )
            for it in files
        ]
        await self._ports.bus.publish(WORK.name, [work_message(it) for it in works], lane)

    async def _keep(self, lease: Lease) -> bool:
        try:
            await self._ports.control.renew(lease, self._options.lease_s)
        except ConflictError:
            return False
        return True
