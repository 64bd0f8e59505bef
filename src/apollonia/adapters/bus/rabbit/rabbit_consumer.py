"""One competing consumer of one queue on RabbitMQ."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from aiormq.abc import DeliveredMessage

from apollonia.adapters.bus.rabbit.bounded import bounded
from apollonia.adapters.bus.rabbit.intake import Intake
from apollonia.adapters.bus.rabbit.ladder import Ladder
from apollonia.adapters.bus.rabbit.link import Link
from apollonia.adapters.bus.rabbit.options import RabbitOptions
from apollonia.adapters.bus.rabbit.publisher import Letter, Publisher, Target
from apollonia.adapters.bus.rabbit.wire import properties_of, received
from apollonia.errors import Unavailable
from apollonia.observe.logs import get_logger
from apollonia.ports.bus import Delivery

_QUIET_PASSES = 5  # of the event loop without a message, after which a batch is called complete

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Tag:
    """A delivery tag and the channel it belongs to."""

    intake: Intake
    number: int


class RabbitConsumer:
    """A ``Consumer`` whose channel comes again after it was lost, with everything unsettled."""

    def __init__(
        self,
        queue: str,
        *,
        link: Link,
        publisher: Publisher,
        ladder: Ladder,
        options: RabbitOptions,
    ) -> None:
        self.queue = queue
        self._link = link
        self._publisher = publisher
        self._ladder = ladder
        self._limit_s = options.timeout_s
        self._intake: Intake | None = None
        self._opening: asyncio.Task[Intake] | None = None
        self._news = asyncio.Event()

    @property
    def held(self) -> int:
        """Delivered to us, taken or not, and not settled."""
        intake = self._intake
        return len(intake.unsettled) if intake is not None and intake.is_alive else 0

    async def take(self, limit: int, wait: float) -> Sequence[Delivery]:
        """Up to ``limit`` deliveries; connects again where that is needed."""
        loop = asyncio.get_running_loop()
        end = loop.time() + wait
        intake = await self._fetching(limit)
        while not intake.ready:
            left = end - loop.time()
            if left <= 0:
                return []
            self._news.clear()
            if not intake.is_alive:
                intake = await self._fetching(limit)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._news.wait()
        await _complete(intake, limit)
        number = min(limit, len(intake.ready))
        return [self._delivery(intake, intake.ready.popleft()) for _ in range(number)]

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Settle those that are still ours."""
        await self._settle(self._ours(deliveries), give_back=False)

    async def retry(self, deliveries: Sequence[Delivery], delay: float) -> None:
        """Put copies on the ladder first, so that a crash in between loses nothing."""
        ours = self._ours(deliveries)
        if not ours:
            return
        letters = [_letter(delivery, delivery.attempts + 1) for delivery in ours.values()]
        target = await self._ladder.queue_for(self.queue, delay)
        await self._publisher.publish(letters, Target("", target, mandatory=True))
        await self._settle(ours, give_back=False)

    async def release(self, deliveries: Sequence[Delivery]) -> None:
        """Give them back as they were."""
        ours = self._ours(deliveries)
        intake = self._intake
        if not ours or intake is None:
            return
        worn = {tag: delivery for tag, delivery in ours.items() if tag in intake.worn}
        await self._renew(worn)
        await self._settle(ours.keys() - worn.keys(), give_back=True)

    async def leave(self) -> None:
        """Give back everything; what a lost connection held is with the broker already."""
        opening, self._opening = self._opening, None
        if opening is not None:
            await asyncio.wait([opening])
        intake, self._intake = self._intake, None
        if intake is None or not intake.is_alive:
            return
        with suppress(Unavailable):
            async with bounded(self._limit_s, "stop a consumer"):
                await intake.stop()
        self._intake = intake
        worn = {tag: self._delivery(intake, message) for tag, message in intake.worn.items()}
        with suppress(Unavailable):
            await self._renew(worn)
        self._intake = None
        with suppress(Unavailable):
            await intake.close(self._limit_s)

    async def _fetching(self, limit: int) -> Intake:
        """The intake, alive, with room for ``limit``; a cancelled caller leaves it well."""
        intake = self._intake
        if intake is not None and intake.is_alive and not intake.lacks(limit):
            return intake
        if self._opening is None:
            self._opening = asyncio.create_task(self._open(limit), name=f"open {self.queue}")
            self._opening.add_done_callback(self._opened)
        return await asyncio.shield(self._opening)

    def _opened(self, task: asyncio.Task[Intake]) -> None:
        if self._opening is task:
            self._opening = None
        if not task.cancelled():
            task.exception()  # whoever waits gets it; it may be that nobody does

    async def _open(self, limit: int) -> Intake:
        try:
            return await self._open_once(limit)
        except Unavailable as error:
            if isinstance(error.__cause__, TimeoutError):
                raise
        return await self._open_once(limit)  # the connection was about to end, unknown to us

    async def _open_once(self, limit: int) -> Intake:
        connection = await self._link.get_or_wait_for_a_person()
        intake = self._intake
        try:
            async with bounded(self._limit_s, f"deliver from {self.queue}"):
                if intake is None or not intake.is_alive:
                    intake = await Intake.open(connection, self.queue, self._news.set)
                await intake.want(limit)
        except Unavailable:
            self._link.drop(connection)  # a new one declares the queue again, should it be gone
            raise
        self._intake = intake
        return intake

    def _delivery(self, intake: Intake, delivered: DeliveredMessage) -> Delivery:
        message, attempts = received(delivered)
        return Delivery(message, self.queue, attempts, _Tag(intake, delivered.delivery_tag or 0))

    def _ours(self, deliveries: Sequence[Delivery]) -> dict[int, Delivery]:
        """By tag, those that came on the channel that we have now and are not settled."""
        intake = self._intake
        if intake is None or not intake.is_alive:
            return {}
        return {
            delivery.tag.number: delivery
            for delivery in deliveries
            if isinstance(delivery.tag, _Tag)
            and delivery.tag.intake is intake
            and delivery.tag.number in intake.unsettled
        }

    async def _renew(self, worn: dict[int, Delivery]) -> None:
        """Put new copies of them into the queue.

        The broker counts each time that it gives a message out and buries it after the hundredth.
        That is meant for messages that kill their consumers; while a database is away for hours,
        healthy ones come back often, too.
        """
        if not worn:
            return
        letters = [_letter(delivery, delivery.attempts) for delivery in worn.values()]
        await self._publisher.publish(letters, Target("", self.queue, mandatory=True))
        await self._settle(worn, give_back=False)

    async def _settle(self, tags: Collection[int], *, give_back: bool) -> None:
        """A connection lost meanwhile has given them back already, so nothing fails."""
        intake = self._intake
        if not tags or intake is None:
            return
        try:
            async with bounded(self._limit_s, "settle messages"):
                await (intake.give_back(tags) if give_back else intake.ack(tags))
        except Unavailable as error:
            log.info("messages will come again", queue=self.queue, error=error.message)


def _letter(delivery: Delivery, attempts: int) -> Letter:
    return delivery.message.body, properties_of(delivery.message, attempts)


async def _complete(intake: Intake, limit: int) -> None:
    """Let what the socket has already brought come in."""
    quiet = 0
    while len(intake.ready) < limit and quiet < _QUIET_PASSES:
        before = len(intake.ready)
        await asyncio.sleep(0)
        quiet = 0 if len(intake.ready) > before else quiet + 1
