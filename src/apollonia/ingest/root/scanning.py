"""The scans of one root: the first at once, then one for each reason."""

import asyncio
from collections.abc import Callable

from apollonia.domain.kinds import RootState
from apollonia.domain.paths import display
from apollonia.ingest.engine import Engine
from apollonia.ingest.reconcile.ahead import Ahead
from apollonia.ingest.reconcile.scan import Scan, Scanned
from apollonia.ingest.root.guard import Disappearance
from apollonia.ingest.root.reporter import Reporter
from apollonia.ingest.root.requests import Requests
from apollonia.ingest.root.triggers import Trigger, Triggers
from apollonia.ingest.root.watched_root import WatchedRoot
from apollonia.observe.logs import get_logger

log = get_logger(__name__)


class Scanning:
    """Runs a scan for each trigger; remembers what disappeared, until it is back or confirmed."""

    def __init__(
        self,
        root: WatchedRoot,
        engine: Engine,
        *,
        scan: Scan,
        triggers: Triggers,
    ) -> None:
        self._root = root
        self._engine = engine
        self._scan = scan
        self._triggers = triggers
        self._held: Disappearance | None = None

    async def run(
        self,
        tasks: asyncio.TaskGroup,
        requests: Requests,
        reporter: Reporter,
        after_first: Callable[[], None],
    ) -> None:
        """Until cancelled; ``after_first`` is called when the first one has ended."""
        self._held = None
        is_first = True
        while True:
            trigger = await self._next()
            scanned = await self._scan_for(trigger)
            if self._held is not None:
                await reporter.report()  # who asks from now on has been told
                await requests.forget()
            await requests.done(trigger.requests)
            if is_first:
                after_first()
                is_first = False
            if scanned.again:
                tasks.create_task(self._later())

    async def check(self) -> None:
        """See that the root went away, or that files that disappeared are back."""
        await self._scan.check()
        if self._held is not None and await self._is_back(self._held):
            self._held = None
            self._triggers.ask("files that had disappeared are back")

    async def _next(self) -> Trigger:
        """Waits while the root is paused; what is asked for meanwhile is one scan as well."""
        trigger = await self._triggers.next()
        while not self._root.gate.is_open:
            await self._root.gate.passed()
            self._triggers.put(trigger)
            trigger = await self._triggers.next()
        return trigger

    async def _scan_for(self, trigger: Trigger) -> Scanned:
        root, folder = self._root, trigger.folder
        if folder is not None and (refusal := await self._scan.refusal(folder)) is not None:
            root.progress.fail(f"not scanned: {refusal}", folder)
            log.warning("folder not scanned", folder=display(folder), reason=refusal)
            return Scanned(self._held)
        is_whole = folder is None or folder == root.path
        log.info(
            "scan",
            root=root.root.name,
            reason=trigger.reason,
            folder=None if folder is None else display(folder),
            verify=trigger.verify,
        )
        confirmed = 0
        if is_whole:
            confirmed = self._held.gone if self._held is not None and trigger.by_person else 0
        root.progress.enter(RootState.SCANNING)
        expecting = asyncio.create_task(self._expect(is_whole=is_whole))
        try:
            scanned = await self._scan.run(
                confirmed=confirmed, folder=folder, verify=trigger.verify
            )
        finally:
            expecting.cancel()
            await asyncio.wait([expecting])
            root.progress.expected = None
        if is_whole or scanned.held is not None:
            self._held = scanned.held
        if self._held is None:
            root.progress.enter(RootState.WATCHING)
        else:
            root.progress.enter(RootState.UNAVAILABLE, self._held.words)
        return scanned

    async def _expect(self, *, is_whole: bool) -> None:
        """So many files as are known will be found; before the first scan they are counted."""
        root = self._root
        if not is_whole:
            return
        if root.progress.last_scan_micros is None:
            await Ahead(root, self._engine).run()
        else:
            root.progress.expected = await self._engine.ports.index.count_under(root.path)

    async def _later(self) -> None:
        await self._engine.ports.clock.sleep(self._engine.options.settle_limit_s)
        self._triggers.ask("files were left that were being written")

    async def _is_back(self, held: Disappearance) -> bool:
        return await self._scan.still_gone(held.sample) < len(held.sample)
