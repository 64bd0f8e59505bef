"""What makes a root scan again."""

import asyncio
import random
from dataclasses import dataclass

from apollonia.ingest.waiting import wait_for
from apollonia.ports.clock import Clock


@dataclass(frozen=True, slots=True)
class Trigger:
    """Why to scan; ``by_person``: somebody asked for it."""

    reason: str
    by_person: bool = False


class Triggers:
    """Requests come from anywhere; the schedule comes by itself, never for all roots at once."""

    def __init__(self, clock: Clock, interval_s: float) -> None:
        self._clock = clock
        self._interval_s = interval_s
        self._waiting: Trigger | None = None
        self._came = asyncio.Event()

    def ask(self, reason: str, *, by_person: bool = False) -> None:
        """Scan soon; a person's wish is not forgotten over another reason."""
        if self._waiting is None or not self._waiting.by_person:
            self._waiting = Trigger(reason, by_person)
        self._came.set()

    def forget(self) -> None:
        """Nothing that was asked for so far is wanted any more."""
        self._waiting = None
        self._came.clear()

    async def next(self) -> Trigger:
        """Wait for the next one."""
        jitter = random.uniform(0.9, 1.1)  # noqa: S311 - jitter, no secret
        if not await wait_for(self._came, self._clock, self._interval_s * jitter):
            return Trigger("schedule")
        self._came.clear()
        trigger, self._waiting = self._waiting, None
        return trigger or Trigger("schedule")
