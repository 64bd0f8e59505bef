"""From a candidate to a durable entry: read in batches by the media workers, then committed."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import batched

from apollonia.errors import MediaUnavailableError
from apollonia.ingest.flow.candidate import Candidate, Compared, Finding, Lost, LostOrigin, Read
from apollonia.ingest.flow.committer import Committer
from apollonia.ingest.flow.flights import EXPECTED_S, Flights
from apollonia.ingest.flow.lanes import Lanes
from apollonia.ingest.flow.large import inspect_large
from apollonia.ingest.flow.widths import in_disk_order, large_widths, small_widths
from apollonia.ingest.options import IngestOptions
from apollonia.ingest.ports import IngestPorts
from apollonia.ingest.reconcile.asks import Ready, Tally
from apollonia.ingest.reconcile.by_content import ByContent
from apollonia.ingest.root.watched_root import WatchedRoot
from apollonia.ingest.watch.settle import Settle
from apollonia.media.workers.requests import Inspection, InspectRequest
from apollonia.observe.logs import get_logger
from apollonia.ports.index import UNREAD
from apollonia.work.backoff import Backoff

log = get_logger(__name__)

_LARGE_QUEUED = 64
_REFUSED_KEPT = 1000


class Pipeline:
    """Bounded at every step: ``offer`` waits while there is too much in hand."""

    def __init__(
        self,
        *,
        ports: IngestPorts,
        settle: Settle,
        options: IngestOptions,
        on_commit: Callable[[], None],
        recheck: Callable[[bytes, float], None],
        holding: Callable[[bytes], Sequence[WatchedRoot]],
    ) -> None:
        self._inspector = ports.inspector
        self._hasher = ports.large
        self._settle = settle
        self._clock = ports.clock
        self._metrics = ports.metrics
        self._options = options
        self._small_widths, self._large_widths = small_widths(options), large_widths(options)
        self._small = Lanes(options.queue_files, self._small_widths)
        self._large = Lanes(_LARGE_QUEUED, self._large_widths)
        self._recheck = recheck
        self.flights = Flights(ports.clock, options.settle_s)
        self._by_content = ByContent(
            files=ports.files, index=ports.index, flights=self.flights, holding=holding
        )
        self.committer = Committer(
            index=ports.index,
            clock=ports.clock,
            on_done=self._done,
            on_commit=on_commit,
            recheck=recheck,
            commit_files=options.commit_files,
        )

    async def offer(self, candidates: Sequence[Candidate], *, urgent: bool) -> None:
        """Take them in hand, but for those that are already; waits for room."""
        await self._offer_refused([one for one in candidates if one.refused is not None])
        for candidate in candidates if urgent else in_disk_order(candidates):
            if candidate.refused is not None or not self.flights.start(
                candidate.path, candidate.moved_from
            ):
                continue
            if candidate.needs_hash:
                self.flights.will_read(candidate.path)
            elif candidate.only_renamed:
                self.flights.borrow(candidate.path)
            candidate.root.progress.find()
            if candidate.tally is not None:
                candidate.tally.add()
            large = candidate.needs_hash and candidate.stat.st_size > self._options.large_file_bytes
            try:
                await (self._large if large else self._small).put(candidate, urgent=urgent)
            except asyncio.CancelledError:
                self._drop(candidate)
                raise

    async def _offer_refused(self, candidates: Sequence[Candidate]) -> None:
        """What is not to be read is cataloged by what its folder tells."""
        for some in batched(candidates, self._options.commit_files):
            taken = [one for one in some if self.flights.start(one.path, one.moved_from)]
            for candidate in taken:
                candidate.root.progress.find()
                if candidate.tally is not None:
                    candidate.tally.add()
            try:
                await self.committer.put(
                    [
                        Read(one, Inspection(path=one.path, outcome="error", error=one.refused))
                        for one in taken
                    ]
                )
            except asyncio.CancelledError:
                for candidate in taken:
                    self._drop(candidate)
                raise

    async def offer_lost(
        self,
        root: WatchedRoot,
        paths: Sequence[bytes],
        origin: LostOrigin,
        tally: Tally | None = None,
    ) -> None:
        """Known files that are gone; those whose move or reading is in hand are looked at later."""
        lost = []
        for path in paths:
            if self.flights.is_claimed(path):
                self._recheck(path, EXPECTED_S)
            elif not self.flights.is_busy(path):
                lost.append(Lost(root, path, origin, tally))
        if tally is not None:
            for _ in lost:
                tally.add()
        for some in batched(lost, self._options.commit_files):
            await self.committer.put(some)

    def resume(self) -> None:
        """Go on with what was set aside of roots that were paused."""
        self._small.resume()
        self._large.resume()

    async def run(self) -> None:
        """Until cancelled; what was not committed then is found again by the next scan."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(self._small_widths.readers):
                tasks.create_task(self._read_small())
            for _ in range(self._large_widths.readers):
                tasks.create_task(self._read_large())
            tasks.create_task(self.committer.run())

    async def _read_small(self) -> None:
        count, size = self._options.batch_files, self._options.batch_bytes
        while True:
            load = await self._small.take(count, size)
            batch = load.candidates
            requests = [
                InspectRequest(one.path, hash=one.needs_hash, top=one.root.path) for one in batch
            ]
            try:
                answers = await self._patiently(batch, partial(self._inspector.inspect, requests))
            finally:
                self._small.done(load)
            await self._sort(batch, answers)

    async def _read_large(self) -> None:
        while True:
            load = await self._large.take(1, 1)
            batch = load.candidates
            path, top = batch[0].path, batch[0].root.path
            try:
                answer = await self._patiently(
                    batch, partial(inspect_large, self._hasher, self._inspector, path, top)
                )
            finally:
                self._large.done(load)
            await self._sort(batch, [answer])

    async def _patiently[T](
        self, batch: Sequence[Candidate], read: Callable[[], Awaitable[T]]
    ) -> T:
        """Read; while the workers are away, try again."""
        backoff = Backoff()
        while True:
            try:
                answer = await read()
            except MediaUnavailableError as error:
                _report(batch, error.message)
                log.warning("media workers are away", reason=error.message, files=len(batch))
                await backoff.wait(self._clock)
                continue
            if backoff.waited:
                _report(batch, None)
            return answer

    async def _sort(self, batch: Sequence[Candidate], answers: Sequence[Inspection]) -> None:
        findings: list[Read] = []
        for candidate, answer in zip(batch, answers, strict=True):
            if answer.outcome in {"ok", "error"} and self._is_current(candidate, answer):
                findings.append(Read(candidate, answer))
            else:
                self._put_off(candidate, answer.outcome)
        self._count(batch, answers)
        for path in await self._by_content.find(findings):
            self._recheck(path, 0.0)
        await self.committer.put(findings)

    def _is_current(self, candidate: Candidate, answer: Inspection) -> bool:
        """Whether what was read is still what is there, as far as we have heard."""
        if candidate.ready is Ready.CLOSED and self.flights.was_rewritten(candidate.path):
            return False
        same, facts = candidate.same_as, answer.facts
        return (
            same is None
            or facts is None
            or (facts.size, facts.mtime_ns, facts.inode, facts.ctime_ns)
            == (same.size, same.mtime_ns, same.inode, candidate.stat.st_ctime_ns)
        )

    def _put_off(self, candidate: Candidate, outcome: str) -> None:
        """It changed, vanished or turned into something else while it was in hand."""
        self._drop(candidate)
        root, path = candidate.root, candidate.path
        if outcome == "vanished":
            self._recheck(path, 0.0)
        elif outcome == "not_regular":
            root.progress.skip(path, "no regular file any more")
            self._recheck(path, 0.0)
        elif not self._settle.is_closing(path):
            self._settle.arm(root, path)

    def _drop(self, candidate: Candidate) -> None:
        candidate.root.progress.found -= 1
        self._land(candidate, cataloged=False)

    def _done(self, finding: Finding) -> None:
        if isinstance(finding, Compared):
            return
        if isinstance(finding, Lost):
            finding.root.refused.discard(finding.path)
            finding.root.progress.sound(finding.path)
            if finding.tally is not None:
                finding.tally.finish()
            return
        progress = finding.candidate.root.progress
        progress.done += 1
        error, refused = finding.inspection.error, finding.candidate.root.refused
        if error is None or error.code != "unreadable":
            refused.discard(finding.candidate.path)
        elif len(refused) < _REFUSED_KEPT:
            refused.add(finding.candidate.path)
        progress.unskip(finding.candidate.path)
        progress.sound(finding.candidate.path)
        if error is not None and error.code not in UNREAD:
            progress.errors += 1
            progress.fail(error.message, finding.candidate.path)
        self._land(finding.candidate, cataloged=True)

    def _land(self, candidate: Candidate, *, cataloged: bool) -> None:
        flight = self.flights.end(candidate.path, candidate.moved_from, cataloged=cataloged)
        if candidate.tally is not None:
            candidate.tally.finish()
        if flight.again:
            self._recheck(candidate.path, 0.0)
        if candidate.moved_from is not None:
            self.flights.moved(candidate.moved_from)
            self._recheck(candidate.moved_from, 0.0)

    def _count(self, batch: Sequence[Candidate], answers: Sequence[Inspection]) -> None:
        outcomes = Counter(
            (candidate.root.root.name, answer.outcome)
            for candidate, answer in zip(batch, answers, strict=True)
        )
        for (root, outcome), number in outcomes.items():
            self._metrics.files_read.labels(root, outcome).inc(number)
        sizes: Counter[str] = Counter()
        for candidate in batch:
            if candidate.needs_hash:
                sizes[candidate.root.root.name] += candidate.stat.st_size
        for root, size in sizes.items():
            self._metrics.bytes_read.labels(root).inc(size)


def _report(batch: Sequence[Candidate], trouble: str | None) -> None:
    for candidate in batch:
        candidate.root.progress.trouble("media", trouble)
