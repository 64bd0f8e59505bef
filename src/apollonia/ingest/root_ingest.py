"""The life of one root: lease, scan, watch; and again, whatever happens to its disk."""

import asyncio
from contextlib import suppress

from apollonia.domain.kinds import RootState
from apollonia.errors import (
    ApolloniaError,
    FilesUnavailableError,
    NotFoundError,
    Rejected,
    Unavailable,
)
from apollonia.ingest.engine import Engine
from apollonia.ingest.following import Following
from apollonia.ingest.guard import Disappearance
from apollonia.ingest.hints import Hints
from apollonia.ingest.lease import RootLease
from apollonia.ingest.progress import Progress
from apollonia.ingest.reaper import Reaper
from apollonia.ingest.reporter import Reporter
from apollonia.ingest.roots import Root
from apollonia.ingest.rules import Rules
from apollonia.ingest.scan import Scan
from apollonia.ingest.survey import Survey
from apollonia.ingest.trees import Trees
from apollonia.ingest.triggers import Triggers
from apollonia.ingest.watched_root import WatchedRoot
from apollonia.ingest.watching import Watching
from apollonia.observe.logs import get_logger
from apollonia.ports.file_system import Watcher

log = get_logger(__name__)


class RootIngest:
    """Runs one root until cancelled; what goes wrong with it is its state, never an end."""

    def __init__(self, root: Root, engine: Engine) -> None:
        ports, options = engine.ports, engine.options
        self.watched = WatchedRoot(
            root=root,
            rules=Rules(options.hidden, root.excluded),
            hints=Hints(ports.clock),
            trees=Trees(ports.clock),
            progress=Progress(root.name),
            disk=engine.new_disk(),
        )
        engine.roots.append(self.watched)
        self._engine = engine
        self._control = ports.control
        self._clock = ports.clock
        self._options = options
        self._triggers = Triggers(ports.clock, options.scan_interval_s)
        self._survey = Survey(self.watched, engine)
        self._reaper = Reaper(self.watched, engine, self._triggers.ask)
        self._scan = Scan(self.watched, engine, self._survey, self._reaper)
        self._reporter = Reporter(
            self.watched.progress, ports.control, ports.clock, options.status_s
        )
        self._lease = RootLease(
            control=ports.control,
            clock=ports.clock,
            root=root.name,
            holder=options.holder,
            ttl_s=options.lease_ttl_s,
        )
        self._held: Disappearance | None = None
        self._requests_seen: int | None = None

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
            await self._lease.take()
            self.watched.owned = True
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._lease.keep())
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

    async def _work(self) -> None:
        root, engine = self.watched, self._engine
        await self._scan.check()
        record = await engine.ports.index.root(root.path)
        engine.pipeline.committer.not_before(record.last_timestamp)
        root.device = record.device
        root.progress.last_scan_micros = record.last_scan_micros
        following = Following(root, engine, self._survey, self._reaper, self._triggers)
        watcher = self._open_watcher()
        try:
            async with asyncio.TaskGroup() as tasks:
                if watcher is not None:
                    tasks.create_task(self._watching().run(watcher))
                tasks.create_task(following.names())
                tasks.create_task(following.trees())
                tasks.create_task(following.refused())
                tasks.create_task(self._scans(following, tasks))
                tasks.create_task(self._requests())
                tasks.create_task(self._root_checks())
        finally:
            root.watcher = None
            if watcher is not None:
                watcher.close()

    def _open_watcher(self) -> Watcher | None:
        root = self.watched
        root.unwatched.clear()
        root.heard_all = False
        try:
            root.watcher = self._engine.ports.files.watch()
        except FilesUnavailableError as error:
            root.watcher = None
            root.progress.trouble("watch", error.message)
        return root.watcher

    def _watching(self) -> Watching:
        return Watching(self.watched, self._engine, self._triggers.ask)

    async def _scans(self, following: Following, tasks: asyncio.TaskGroup) -> None:
        """The first scan at once, then one for each reason."""
        confirmed, polling = 0, None
        while True:
            self.watched.progress.enter(RootState.SCANNING)
            scanned = await self._scan.run(confirmed=confirmed)
            self._held = scanned.held
            if scanned.held is None:
                self.watched.progress.enter(RootState.WATCHING)
            else:
                self.watched.progress.enter(RootState.UNAVAILABLE, scanned.held.words)
                await self._forget_requests()
            polling = polling or tasks.create_task(following.unwatched())
            if scanned.again:
                tasks.create_task(self._scan_later())
            trigger = await self._triggers.next()
            log.info("scan", root=self.name, reason=trigger.reason)
            held = self._held
            confirmed = held.gone if held is not None and trigger.by_person else 0

    async def _scan_later(self) -> None:
        await self._clock.sleep(self._options.settle_limit_s)
        self._triggers.ask("files were left that were being written")

    async def _forget_requests(self) -> None:
        """Only who asks after having been told of a disappearance confirms it."""
        self._triggers.forget()
        self._requests_seen = await self._request_count()

    async def _requests(self) -> None:
        """See within two seconds that somebody asks for a scan."""
        while True:
            count = await self._request_count()
            if self._requests_seen is None:
                self._requests_seen = count
            elif count is not None and count != self._requests_seen:
                self._requests_seen = count
                self._triggers.ask("somebody asked for it", by_person=True)
            await self._clock.sleep(self._options.control_poll_s)

    async def _request_count(self) -> int | None:
        try:
            scans = (await self._control.desired(self.name)).scans
            return scans[-1].number if scans else 0
        except (Unavailable, NotFoundError):
            return self._requests_seen

    async def _root_checks(self) -> None:
        """See that the root went away, or that files that disappeared are back."""
        while True:
            await self._clock.sleep(self._options.root_poll_s)
            await self._scan.check()
            if self._held is not None and await self._is_back(self._held):
                self._held = None
                self._triggers.ask("files that had disappeared are back")

    async def _is_back(self, held: Disappearance) -> bool:
        gone, away = await self._reaper.judge(held.sample)
        return len(gone) + len(away) < len(held.sample)


def _words(group: BaseExceptionGroup[ApolloniaError]) -> str:
    """What the first error of a group says."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error.message if isinstance(error, ApolloniaError) else str(error)
