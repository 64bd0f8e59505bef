"""What people want of one root: seen within two seconds, and told to who does it."""

from collections.abc import Callable, Collection

from apollonia.errors import ConflictError, Unavailable
from apollonia.ingest.root.gate import Gate
from apollonia.ingest.root.progress import Progress
from apollonia.ingest.root.triggers import Triggers
from apollonia.observe.logs import get_logger
from apollonia.ports.clock import Clock
from apollonia.ports.control import Control, Desired

log = get_logger(__name__)


class Requests:
    """Reads the desired state; ``on_resume`` is called when a root that rested goes on."""

    def __init__(
        self,
        *,
        control: Control,
        progress: Progress,
        gate: Gate,
        triggers: Triggers,
        on_resume: Callable[[], None],
    ) -> None:
        self._control = control
        self._progress = progress
        self._gate = gate
        self._triggers = triggers
        self._on_resume = on_resume
        self._seen = 0
        self._undone: set[int] = set()
        self._finished = 0

    async def begin(self) -> None:
        """At the start of a session: all that is asked for is wanted still, but confirms nothing.

        Raises:
            Unavailable: whether the root is to rest cannot be read, so nothing may begin.
        """
        self._seen = self._finished = 0
        self._undone.clear()
        self._triggers.forget()
        self._triggers.ask("start")
        await self._look(by_person=False)

    async def run(self, clock: Clock, every_s: float) -> None:
        """Until cancelled.

        Raises:
            ConflictError: somebody else has the root's lease.
        """
        while True:
            await clock.sleep(every_s)
            try:
                await self._look(by_person=True)
            except Unavailable as error:
                log.debug("desired state not read", root=self._progress.root, reason=error.message)

    async def done(self, requests: Collection[int]) -> None:
        """The scan that these asked for has ended."""
        self._undone.difference_update(requests)
        up_to = min(self._undone) - 1 if self._undone else self._seen
        if up_to <= self._finished:
            return
        try:
            await self._control.finish_scans(self._progress.root, up_to)
        except Unavailable as error:  # then they are finished together with later ones
            log.debug("scans not finished", root=self._progress.root, reason=error.message)
        else:
            self._finished = up_to

    async def forget(self) -> None:
        """Only who asks for the root after this moment confirms what was told of it."""
        try:
            await self._look(by_person=False)
        except Unavailable as error:
            log.debug("desired state not read", root=self._progress.root, reason=error.message)
        await self.done(self._triggers.forget_plain())

    async def _look(self, *, by_person: bool) -> None:
        desired = await self._control.desired(self._progress.root)
        self._check_holder(desired)
        self._rest(paused=desired.paused)
        for scan in desired.scans:
            if scan.number <= self._seen:
                continue
            self._seen = scan.number
            self._undone.add(scan.number)
            self._triggers.ask(
                "somebody asked for it",
                by_person=by_person,
                folder=scan.folder,
                verify=scan.verify,
                request=scan.number,
            )

    def _check_holder(self, desired: Desired) -> None:
        if desired.holder not in {None, self._progress.holder}:
            raise ConflictError(
                f"{self._progress.root} was taken over by {desired.holder}; nothing more is"
                " cataloged from here."
            )

    def _rest(self, *, paused: bool) -> None:
        if paused == self._progress.paused:
            return
        log.info("root is paused" if paused else "root goes on", root=self._progress.root)
        self._progress.rest(paused=paused)
        if paused:
            self._gate.close()
        else:
            self._gate.open()
            self._on_resume()
