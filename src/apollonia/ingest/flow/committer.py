"""What was found becomes durable, together with the events that tell of it.

The only writer of entries, so it decides what happened: against the index as it is at this moment,
not as it was when somebody looked.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from itertools import batched

from apollonia.domain.ordering import MonotonicStamps
from apollonia.domain.paths import display
from apollonia.errors import Unavailable
from apollonia.ingest.flow.candidate import Candidate, Finding
from apollonia.ingest.flow.draft import Draft, finding_root
from apollonia.ingest.flow.exchange import rings
from apollonia.ingest.reconcile.silent_change import SILENT_CHANGE
from apollonia.observe.logs import get_logger
from apollonia.ports.clock import Clock
from apollonia.ports.index import Index
from apollonia.work.backoff import Backoff

log = get_logger(__name__)

_SLICE = 32  # bounds how long the event loop is kept: a few milliseconds
_QUEUED_BATCHES = 32
_LATER_S = 0.05
_MANY = 32  # a commit of so many, and more follows at once: a burst, in which each commit …
_GATHER_S = 0.02  # … waits so long for more, as what one costs hardly depends on how many it takes


class Committer:
    """Takes findings in batches; ``on_done`` hears of each once it is durable or needless."""

    def __init__(
        self,
        *,
        index: Index,
        clock: Clock,
        on_done: Callable[[Finding], None],
        on_commit: Callable[[], None],
        recheck: Callable[[bytes, float], None],
        commit_files: int,
    ) -> None:
        self._index = index
        self._clock = clock
        self._on_done = on_done
        self._on_commit = on_commit
        self._recheck = recheck
        self._commit_files = commit_files
        self._stamps = MonotonicStamps()
        self._queue: asyncio.Queue[Sequence[Finding]] = asyncio.Queue(_QUEUED_BATCHES)

    def not_before(self, micros: int) -> None:
        """Stamps continue after this one: the last of a root that joins."""
        self._stamps.last_micros = max(self._stamps.last_micros, micros)

    @property
    def last_stamp(self) -> int:
        """The newest stamp so far, in µs: of all roots."""
        return self._stamps.last_micros

    async def put(self, findings: Sequence[Finding]) -> None:
        """Hand over; waits while too much is waiting."""
        if findings:
            await self._queue.put(findings)

    async def run(self) -> None:
        """Until cancelled. What was not committed then is found again by the next scan."""
        gathers_until = 0.0
        while True:
            findings = list(await self._queue.get())
            if len(findings) < self._commit_files and self._clock.monotonic() < gathers_until:
                await self._clock.sleep(_GATHER_S)
            while len(findings) < self._commit_files and not self._queue.empty():
                findings.extend(self._queue.get_nowait())
            await self._commit(findings)
            if len(findings) >= _MANY:
                gathers_until = self._clock.monotonic() + _GATHER_S

    async def _commit(self, findings: Sequence[Finding]) -> None:
        backoff = Backoff()
        while True:
            try:
                draft = await self._draft(findings)
                commit = draft.commit()
                if commit.entries or commit.compared:
                    await self._index.commit(commit)
                break
            except Unavailable as error:
                _report(findings, error.message)
                log.warning("index cannot be written", reason=error.message, files=len(findings))
                await backoff.wait(self._clock)
        if backoff.waited:
            _report(findings, None)
        for finding in findings:
            self._on_done(finding)
        _report_corrupted(draft.corrupted)
        if commit.messages:
            self._on_commit()
        if draft.rewritten:
            await self._recheck_names(draft.rewritten)

    async def _recheck_names(self, inodes: Collection[tuple[int, int]]) -> None:
        """A file that was written through one name is another file under all of its names."""
        try:
            entries = await self._index.entries_by_inode(inodes)
        except Unavailable as error:
            log.warning("other names not looked at", reason=error.message)
            return
        for entry in entries:
            if entry.is_live:
                self._recheck(entry.path, _LATER_S)

    async def _draft(self, findings: Sequence[Finding]) -> Draft:
        paths = {path for finding in findings for path in Draft.concerned(finding)}
        known = await self._index.entries(paths)
        draft = Draft(known, self._stamps, self._clock.now_micros())
        draft.add_rings(rings(findings, known))
        for some in batched(findings, _SLICE):
            for finding in some:
                draft.add(finding)
            await asyncio.sleep(0)
        return draft


def _report_corrupted(candidates: Sequence[Candidate]) -> None:
    for candidate in candidates:
        candidate.root.progress.corrupt(candidate.path, SILENT_CHANGE.message)
        log.warning("content changed silently", path=display(candidate.path))


def _report(findings: Sequence[Finding], trouble: str | None) -> None:
    for root in {id(root): root for root in map(finding_root, findings)}.values():
        root.progress.trouble("index", trouble)
