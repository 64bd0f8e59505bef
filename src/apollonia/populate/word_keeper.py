"""Keeps the distinct words of all files, after everything else has been done."""

import asyncio

from apollonia.errors import Unavailable
from apollonia.observe.logs import get_logger
from apollonia.ports.clock import Clock
from apollonia.ports.vocabulary import Vocabulary
from apollonia.work.backoff import Backoff
from apollonia.work.pause import until_stopped

log = get_logger(__name__)

_BATCH = 1_000
_QUIET_S = 1.0
_MOST_LATE_S = 30.0
_INTERVAL_S = 300.0


class WordKeeper:
    """A ``Service``: learns when commits have ceased for a second, or after half a minute of them.

    So the words cost an import next to nothing while it lasts, and are known soon after it.
    """

    name = "word keeper"

    def __init__(self, *, vocabulary: Vocabulary, clock: Clock) -> None:
        self._vocabulary = vocabulary
        self._clock = clock
        self._nudged = asyncio.Event()

    def nudge(self) -> None:
        """Something was committed."""
        self._nudged.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Learn until ``stop``; a batch in hand is finished."""
        backoff = Backoff()
        while not stop.is_set():
            try:
                while await self._vocabulary.learn(_BATCH) and not stop.is_set():
                    backoff.reset()
                    if self._nudged.is_set():
                        await self._quiet(stop)
            except Unavailable as error:
                log.warning("words wait", error=error.message)
                await until_stopped(stop, self._clock.sleep(backoff.next()))
                continue
            resting = self._clock.sleep(_INTERVAL_S)
            await until_stopped(stop, until_stopped(self._nudged, resting))
            await self._quiet(stop)

    async def _quiet(self, stop: asyncio.Event) -> None:
        waited = 0.0
        while self._nudged.is_set() and waited < _MOST_LATE_S and not stop.is_set():
            self._nudged.clear()
            await until_stopped(stop, self._clock.sleep(_QUIET_S))
            waited += _QUIET_S
