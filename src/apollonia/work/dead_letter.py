"""What a message carries into the dead-letter queue: why, from where, after how many attempts.

And what of that it leaves behind when somebody sends it back.
"""

from collections.abc import Mapping
from dataclasses import replace

from apollonia.domain.times import format_micros
from apollonia.errors import ApolloniaError
from apollonia.ports.bus import Delivery, Message

ERROR = "x-error"
REASON = "x-reason"
QUEUE = "x-queue"
ATTEMPTS = "x-attempts"
TIME = "x-time"
REQUEUED = "x-requeued"
REQUEUED_BY = "x-requeued-by"

_MAX_REASON = 2000
_OURS = frozenset({ERROR, REASON, QUEUE, ATTEMPTS, TIME})
_OF_THE_BROKER = ("x-death", "x-first-death", "x-last-death", "x-delivery-count")


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


def own_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The producer's headers: without what dead-lettering added."""
    return {name: value for name, value in headers.items() if name not in _OURS}


def requeued_headers(headers: Mapping[str, str], occurrences: int, actor: str) -> dict[str, str]:
    """The headers of a message that is sent back: its attempts begin anew, and it says why."""
    kept = own_headers(headers)
    kept = {key: value for key, value in kept.items() if not key.startswith(_OF_THE_BROKER)}
    return {**kept, REQUEUED: str(occurrences), REQUEUED_BY: actor}
