"""The life of one root: lease, scan, watch; and again, whatever happens to its disk."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress

from apollonia.domain.kinds import RootState
from apollonia.errors import (
    ApolloniaError,
    Rejected,
    Unavailable,
)
from apollonia.ingest.checksums import Checksums
from apollonia.ingest.engine import Engine
from apollonia.ingest.reconcile.reaper import Reaper
from apollonia.ingest.reconcile.scan import Scan
from apollonia.ingest.reconcile.survey import Survey
from apollonia.ingest.reconcile.walking import Walking
from apollonia.ingest.root.lease import RootLease
from apollonia.ingest.root.progress import Progress
from apollonia.ingest.root.reporter import Reporter
from apollonia.ingest.root.requests import Requests
from apollonia.ingest.root.roots import Root
from apollonia.ingest.root.scanning import Scanning
from apollonia.ingest.root.triggers import Triggers
from apollonia.ingest.root.watched_root import WatchedRoot
from apollonia.ingest.selection.ignore_files import IgnoreFiles
from apollonia.ingest.selection.rules import rules_of
from apollonia.ingest.watch.following import Following
from apollonia.ingest.watch.hints import Hints
from apollonia.ingest.watch.trees import Trees
from apollonia.ingest.watch.watches import Watches
from apollonia.observe.logs import get_logger

log = get_logger(__name__)


class RootIngest:
    """Runs one root until cancelled; what goes wrong with it is its state, never an end."""

    def __init__(self, root: Root, engine: Engine) -> None:
        ports, options = engine.ports, engine.options
        rules = rules_of(root, options)
        self.watched = WatchedRoot(
            root=root,
            rules=rules,
            ignore_files=IgnoreFiles(ports.files, root.path, rules, ports.clock),
            hints=Hints(ports.clock),
            trees=Trees(ports.clock),
            progress=Progress(root.name, ports.clock.now_micros, options.holder),
            disk=engine.new_disk(),
        )
        engine.roots.append(self.watched)
        self._engine = engine
        self._clock = ports.clock
        self._options = options
        self._triggers = Triggers(ports.clock, options.scan_interval_s)
        self._survey = Survey(self.watched, engine)
        self._reaper = Reaper(self.watched, engine, self._triggers.ask)
        self._scan = Scan(self.watched, engine, self._survey, self._reaper)
        self._scanning = Scanning(self.watched, engine, scan=self._scan, triggers=self._triggers)
        self._requests = Requests(
            control=ports.control,
            progress=self.watched.progress,
            gate=self.watched.gate,
            triggers=self._triggers,
            on_resume=engine.pipeline.resume,
        )
        self._reporter = Reporter(
            self.watched.progress, ports.control, ports.clock, options.status_s
        )
        self._lease = RootLease(
            control=ports.control,
            clock=ports.clock,
            root=root.name,
            options=options,
            last_stamp=lambda: engine.pipeline.committer.last_stamp,
        )
        self._is_strange = False  # somebody else had it last: our index may know other things

    @property
    def name(self) -> str:
        """The root, for people."""
        return self.watched.root.name

    async def run(self) -> None:
        """Until cancelled."""
        reporting = asyncio.create_task(self._reporter.run())
        try:
            while True:
                trouble = await self._session()
                log.warning("root is away", root=self.name, reason=trouble)
                self.watched.progress.enter(RootState.UNAVAILABLE, trouble)
                await self._clock.sleep(self._options.root_poll_s)
        finally:
            reporting.cancel()
            await asyncio.wait([reporting])
            self.watched.disk.shutdown(wait=False, cancel_futures=True)

    async def stopped(self) -> None:
        """Report that nobody works on it any more."""
        self.watched.progress.enter(RootState.STOPPED)
        await self._reporter.report()

    async def _session(self) -> str:
        """Lease, scan, watch until something about the root goes wrong; what that was."""
        trouble = ""
        try:
            await self._take_lease()
            await self._requests.begin()
            self.watched.owned = True
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._lease.keep())
                tasks.create_task(self._requests.run(self._clock, self._options.control_poll_s))
                tasks.create_task(self._work())
        except* (Unavailable, Rejected) as group:
            trouble = _words(group)
        finally:
            self.watched.owned = False
            self.watched.hints.clear()
            self.watched.trees.clear()
            self._engine.settle.forget(self.watched)
            with suppress(ApolloniaError):
                await self._lease.give_back()
        return trouble

    async def _take_lease(self) -> None:
        lease = await self._lease.take()
        self._engine.pipeline.committer.not_before(self._lease.stamps_after(lease))
        if lease.previous is not None:
            self._is_strange = True
            log.info("root is ours now", root=self.name, before=lease.previous)

    async def _work(self) -> None:
        root, engine = self.watched, self._engine
        await self._scan.check()
        await self._compare_with_the_catalog()
        record = await engine.ports.index.root(root.path)
        for one in engine.roots:  # one that is away still: files may be moved out of it to us
            last = (await engine.ports.index.root(one.path)).last_timestamp
            engine.pipeline.committer.not_before(last)
        root.device = record.device
        root.progress.last_scan_micros = record.last_scan_micros
        walking = Walking(root, engine, self._survey, self._reaper, self._triggers)
        following = Following(root, engine, walking, self._triggers)
        watches = Watches(root, engine, self._triggers.ask)
        await watches.open()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(watches.run())
                tasks.create_task(following.names())
                tasks.create_task(following.trees())
                tasks.create_task(following.refused())
                tasks.create_task(
                    self._scanning.run(
                        tasks,
                        self._requests,
                        self._reporter,
                        after_first=lambda: _start(tasks, following.unwatched),
                    )
                )
                tasks.create_task(self._root_checks())
                tasks.create_task(Checksums(root, engine).run())
        finally:
            watches.close()

    async def _compare_with_the_catalog(self) -> None:
        """Where somebody else had the root last: the scan finds only what our index knows."""
        audit = self._engine.ports.audit
        if self._is_strange and audit is not None:
            await self.watched.gate.passed()
            await audit.run(self.watched.root, full=True)
        self._is_strange = False

    async def _root_checks(self) -> None:
        while True:
            await self._clock.sleep(self._options.root_poll_s)
            await self.watched.gate.passed()
            await self._scanning.check()


def _start(tasks: asyncio.TaskGroup, work: Callable[[], Coroutine[None, None, None]]) -> None:
    tasks.create_task(work())


def _words(group: BaseExceptionGroup[ApolloniaError]) -> str:
    """What the first error of a group says."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error.message if isinstance(error, ApolloniaError) else str(error)
