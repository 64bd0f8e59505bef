"""What a message carries into the dead-letter queue: why, from where, after how many attempts."""

from dataclasses import replace

from apollonia.domain.times import format_micros
from apollonia.errors import ApolloniaError
from apollonia.ports.bus import Delivery, Message

ERROR = "x-error"
REASON = "x-reason"
QUEUE = "x-queue"
ATTEMPTS = "x-attempts"
TIME = "x-time"

_MAX_REASON = 2000


def dead_letter(delivery: Delivery, error: Exception, now_micros: int) -> Message:
    """The message as it came, with the reason in its headers."""
    reason = str(error) or type(error).__name__
    headers = {
        **delivery.message.headers,
        ERROR: error.code if isinstance(error, ApolloniaError) else type(error).__name__,
        REASON: reason[:_MAX_REASON],
        QUEUE: delivery.queue,
        ATTEMPTS: str(delivery.attempts + 1),
        TIME: format_micros(now_micros),
    }
    return replace(delivery.message, headers=headers)
