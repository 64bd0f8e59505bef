"""What becomes of each message of a batch: one bad message costs only itself."""

import asyncio
from collections.abc import Sequence
from time import perf_counter

from apollonia.errors import NotFoundError, Unavailable
from apollonia.messages import DEAD
from apollonia.observe.logs import get_logger
from apollonia.observe.metrics import Metrics
from apollonia.observe.tracing import current_traceparent, trace, traceparent_of
from apollonia.ports.bus import Bus, Consumer, Delivery
from apollonia.ports.clock import Clock
from apollonia.work.dead_letter import dead_letter
from apollonia.work.job import Job, RunnerOptions
from apollonia.work.refused import Refused
from apollonia.work.verdict import Verdict, verdict_on

_FIRST_RETRY_S = 2.0
_RETRY_GROWTH = 4.0
_NO_DEAD_QUEUE_S = 300.0

log = get_logger(__name__)


class Settler[S]:
    """Handles a batch in one scope; when that fails, halves it until the bad ones stand alone."""

    def __init__(
        self, *, job: Job[S], bus: Bus, clock: Clock, metrics: Metrics, options: RunnerOptions
    ) -> None:
        self._job = job
        self._bus = bus
        self._clock = clock
        self._metrics = metrics
        self._options = options

    async def settle(self, consumer: Consumer, deliveries: Sequence[Delivery]) -> None:
        """Handle and acknowledge all of them, each in whatever way it deserves.

        Raises:
            Unavailable: a dependency is away; what is not settled is still held.
        """
        parts = [list(deliveries)]
        while parts:
            part = parts.pop()
            try:
                await self._handle(part)
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, a policy decides on it
                parts += await self._after_failure(consumer, part, error)
            else:
                await self.accept(consumer, part)

    async def accept(self, consumer: Consumer, deliveries: Sequence[Delivery]) -> None:
        """Acknowledge what was handled."""
        if deliveries:
            await consumer.ack(deliveries)
            self._count("handled", len(deliveries))

    async def _handle(self, deliveries: Sequence[Delivery]) -> None:
        began = perf_counter()
        alone = deliveries[0].message.headers if len(deliveries) == 1 else None
        context = current_traceparent() if alone is None else traceparent_of(alone)
        with trace(context):
            async with asyncio.timeout(self._options.time_limit_s), self._job.scope() as scope:
                await self._job.handle(scope, deliveries)
        self._metrics.batch_seconds.labels(self._job.queue).observe(perf_counter() - began)
        self._job.after_commit()

    async def _after_failure(
        self, consumer: Consumer, part: list[Delivery], error: Exception
    ) -> list[list[Delivery]]:
        """Judge the messages known to be at fault; what is left to do, the last to come first."""
        reasons = error.reasons if isinstance(error, Refused) else {}
        at_fault = [one for one in part if one.message.message_id in reasons]
        for one in at_fault:
            await self.judge(consumer, one, reasons[one.message.message_id])
        if at_fault:
            rest = [one for one in part if one.message.message_id not in reasons]
            return [rest] if rest else []
        if len(part) == 1:
            await self.judge(consumer, part[0], error)
            return []
        middle = len(part) // 2
        return [part[middle:], part[:middle]]

    async def judge(self, consumer: Consumer, delivery: Delivery, error: Exception) -> None:
        """Settle one message that was not handled because of ``error``.

        Raises:
            Unavailable: it is not the message's fault.
        """
        match verdict_on(error):
            case Verdict.LATER:
                raise error
            case Verdict.DROP:
                self._log("message rejected", delivery, error)
                await consumer.ack([delivery])
                self._count("rejected")
            case Verdict.BURY:
                await self._bury(consumer, delivery, error)
            case Verdict.RETRY:
                await self._retry_or_bury(consumer, delivery, error)

    async def _retry_or_bury(
        self, consumer: Consumer, delivery: Delivery, error: Exception
    ) -> None:
        log.error(
            "message failed",
            queue=delivery.queue,
            message_id=delivery.message.message_id,
            attempts=delivery.attempts + 1,
            exc_info=error,
        )
        if delivery.attempts + 1 >= self._options.max_failures:
            await self._bury(consumer, delivery, error)
            return
        await consumer.retry([delivery], _FIRST_RETRY_S * _RETRY_GROWTH**delivery.attempts)
        self._count("retried")

    async def _bury(self, consumer: Consumer, delivery: Delivery, error: Exception) -> None:
        """Into the dead-letter queue first, so that a crash in between loses nothing."""
        letter = dead_letter(delivery, error, self._clock.now_micros())
        try:
            await self._bus.publish(DEAD.name, [letter], delivery.queue)
        except NotFoundError:
            self._log("message has no dead-letter queue, kept", delivery, error)
            await consumer.retry([delivery], _NO_DEAD_QUEUE_S)
            self._count("retried")
            return
        self._log("message is a dead letter", delivery, error)
        await consumer.ack([delivery])
        self._count("dead")

    def _log(self, what: str, delivery: Delivery, error: Exception) -> None:
        log.warning(
            what,
            queue=delivery.queue,
            message_id=delivery.message.message_id,
            error=f"{type(error).__name__}: {error}",
        )

    def _count(self, outcome: str, number: int = 1) -> None:
        self._metrics.messages_handled.labels(self._job.queue, outcome).inc(number)
