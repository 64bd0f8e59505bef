"""Sends dead letters back that somebody wants tried again, and drops what was settled long ago."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from apollonia.domain.times import format_micros
from apollonia.errors import NotFoundError, Unavailable
from apollonia.messages import REQUEUE
from apollonia.observe.logs import get_logger
from apollonia.observe.metrics import Metrics
from apollonia.ports.bus import Bus, Message
from apollonia.ports.clock import Clock
from apollonia.ports.dead_letters import WAITING, DeadLetters, WholeLetter
from apollonia.work.backoff import Backoff
from apollonia.work.dead_letter import requeued_headers
from apollonia.work.pause import until_stopped

log = get_logger(__name__)

_MICROS = 1_000_000
_PRUNE_BATCH = 500
_NO_QUEUE = "there is no queue {queue} here: start the part of Apollonia that reads it, then retry"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequeuerOptions:
    """Times in seconds. ``keep_s``: how long settled letters stay to be looked at."""

    poll_s: float = 1.0
    batch: int = 64  # bodies of up to 1 MiB each
    hold_s: float = 60.0
    keep_s: float = 30 * 86_400.0
    prune_s: float = 600.0
    count_s: float = 15.0


class Requeuer:
    """A ``Service``: published first, marked after, so a crash in between only repeats messages."""

    name = "requeuer"

    def __init__(
        self,
        *,
        letters: DeadLetters,
        bus: Bus,
        clock: Clock,
        metrics: Metrics,
        options: RequeuerOptions | None = None,
    ) -> None:
        self._letters = letters
        self._bus = bus
        self._clock = clock
        self._metrics = metrics
        self._options = options or RequeuerOptions()
        self._counted = self._pruned = float("-inf")
        self._queues: set[str] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send back until ``stop``; a batch in hand is finished."""
        backoff = Backoff()
        while not stop.is_set():
            try:
                sent = await self.requeue()
                await self._tidy()
                backoff.reset()
            except Unavailable as error:
                if not backoff.waited:
                    log.warning("requeuer waits", error=error.message)
                await until_stopped(stop, self._clock.sleep(backoff.next()))
                continue
            if not sent:
                await until_stopped(stop, self._clock.sleep(self._options.poll_s))

    async def requeue(self) -> int:
        """One batch of those that are wanted; how many were looked at.

        Raises:
            Unavailable: the database or the bus is away; what was claimed is tried again later.
        """
        chosen = await self._letters.claim(
            self._options.batch,
            now_us=self._clock.now_micros(),
            hold_us=round(self._options.hold_s * _MICROS),
        )
        for queue, part in groupby(sorted(chosen, key=_queue_of), key=_queue_of):
            await self._send_back(queue, list(part))
        return len(chosen)

    async def _send_back(self, queue: str, part: Sequence[WholeLetter]) -> None:
        letters = [it.letter for it in part]
        try:
            await self._bus.publish(REQUEUE.name, [_message(it) for it in part], queue)
        except NotFoundError:
            log.warning("dead letters have no queue to go back to", queue=queue, letters=len(part))
            await self._letters.refuse_requeue(letters, note=_NO_QUEUE.format(queue=queue))
            return
        time = format_micros(self._clock.now_micros())
        await self._letters.mark_requeued(letters, time=time)
        log.info("dead letters sent back", queue=queue, letters=len(part))

    async def _tidy(self) -> None:
        """Now and then: show how many wait, and prune."""
        now = self._clock.monotonic()
        if now - self._counted >= self._options.count_s:
            self._counted = now
            await self._count()
        if now - self._pruned >= self._options.prune_s:
            self._pruned = now
            before = self._clock.now_micros() - round(self._options.keep_s * _MICROS)
            gone = _PRUNE_BATCH
            while gone == _PRUNE_BATCH:
                gone = await self._letters.prune(format_micros(before), _PRUNE_BATCH)

    async def _count(self) -> None:
        waiting = Counter[str]()
        for count in await self._letters.counts():
            waiting[count.queue] += count.number if count.state in WAITING else 0
        for queue in self._queues | waiting.keys():
            self._metrics.dead_letters.labels(queue).set(waiting[queue])
        self._queues |= waiting.keys()


def _queue_of(whole: WholeLetter) -> str:
    return whole.letter.queue


def _message(whole: WholeLetter) -> Message:
    letter = whole.letter
    headers = requeued_headers(whole.headers, letter.occurrences, letter.actor or "")
    return Message(whole.body, letter.message_id, letter.schema, headers)
