"""A root's progress on its way to whoever watches: at once when something begins, then seldom."""

from dataclasses import replace
from typing import TYPE_CHECKING

from apollonia.domain.kinds import RootState
from apollonia.domain.times import format_micros
from apollonia.errors import Unavailable
from apollonia.ingest.root.progress import Progress
from apollonia.observe.logs import get_logger
from apollonia.ports.clock import Clock
from apollonia.ports.control import Control
from apollonia.work.pause import wait_for

if TYPE_CHECKING:
    from apollonia.domain.roots import RootStatus

log = get_logger(__name__)

_HEARTBEAT_S = 15.0
_SMOOTHING = 0.3
_WATCHED = frozenset({RootState.WATCHING, RootState.DEGRADED})
_AT_REST = 4  # a root at which nothing happens is looked at so many times less often


class Reporter:
    """Reports one root when something about it has changed, and now and then in any case."""

    def __init__(self, progress: Progress, control: Control, clock: Clock, every_s: float) -> None:
        self._progress = progress
        self._control = control
        self._clock = clock
        self._every_s = every_s
        self._reported: RootStatus | None = None
        self._reported_at = float("-inf")
        self._done = (0, clock.monotonic())
        self._is_restored = False

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._progress.changed.clear()  # what changes from here on is told next
            self._measure()
            await self.report()
            await self._rest()

    async def report(self) -> None:
        """Report now, if there is anything to tell; an unreachable catalog hears of it later."""
        status, now = self._progress.status(), self._clock.monotonic()
        if status == self._reported and now - self._reported_at < _HEARTBEAT_S:
            return
        try:
            if not self._is_restored:
                await self._restore()
                status = self._progress.status()
            stamped = replace(status, updated_time=format_micros(self._clock.now_micros()))
            await self._control.report_root(stamped, by=status.holder)
        except Unavailable as error:
            log.debug("root not reported", root=status.root, reason=error.message)
            return
        self._reported, self._reported_at = status, now

    async def _rest(self) -> None:
        progress = self._progress
        if progress.state in _WATCHED and not self._is_busy():
            await wait_for(progress.changed, self._clock, self._every_s * _AT_REST)
        else:
            await self._clock.sleep(self._every_s)

    async def _restore(self) -> None:
        """Before the first report takes the place of what was reported before a restart."""
        for before in await self._control.roots():
            if before.root == self._progress.root:
                self._progress.restore(before)
        self._is_restored = True

    def _measure(self) -> None:
        """Files a second, smoothed; none while nothing is left to do."""
        progress, now = self._progress, self._clock.monotonic()
        done, moment = self._done
        self._done = (progress.done, now)
        if progress.done < done or now <= moment:
            progress.rate = None
            return
        rate = (progress.done - done) / (now - moment)
        if not self._is_busy():
            progress.rate = None
        elif progress.rate is None:
            progress.rate = rate
        else:
            progress.rate += _SMOOTHING * (rate - progress.rate)

    def _is_busy(self) -> bool:
        progress = self._progress
        works = progress.state is RootState.SCANNING or progress.found > progress.done
        return works and not progress.paused
