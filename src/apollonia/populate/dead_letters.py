"""What could not be handled, into the catalog, where people look at it."""

from collections.abc import Sequence

from apollonia.domain.times import format_micros, normalize
from apollonia.messages import foreign_message_id
from apollonia.ports.bus import Delivery
from apollonia.ports.catalog import DeadLetter, UnitOfWork
from apollonia.ports.clock import Clock
from apollonia.work import dead_letter

_SUFFIX = ".dead"


class DeadLetterKeeper:
    """The handler of every ``<queue>.dead``."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock

    async def __call__(self, scope: UnitOfWork, deliveries: Sequence[Delivery]) -> None:
        """Keep them; a broker's own dead letters, without our headers, too."""
        now = format_micros(self._clock.now_micros())
        await scope.save_dead_letters([_letter(delivery, now) for delivery in deliveries])


def _letter(delivery: Delivery, now: str) -> DeadLetter:
    message = delivery.message
    headers = message.headers
    attempts = headers.get(dead_letter.ATTEMPTS, "")
    return DeadLetter(
        message_id=message.message_id or foreign_message_id(message.body),
        queue=headers.get(dead_letter.QUEUE, delivery.queue.removesuffix(_SUFFIX)),
        schema=message.schema,
        body=message.body,
        reason=headers.get(dead_letter.REASON, "the broker gave up delivering it"),
        error=headers.get(dead_letter.ERROR, "undeliverable"),
        attempts=int(attempts) if attempts.isdecimal() else 0,
        time=_time(headers.get(dead_letter.TIME), now),
        headers=dead_letter.own_headers(headers),
    )


def _time(told: str | None, now: str) -> str:
    """When it was given up; a broker does not say, and others may say anything."""
    try:
        return now if told is None else normalize(told)
    except ValueError:
        return now
