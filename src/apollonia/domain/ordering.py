"""Which of two events about one place is the newer: the rule every consumer shares."""

from typing import NamedTuple

from apollonia.domain.times import format_micros


class Version(NamedTuple):
    """Compares as the contract says: by timestamp, then by message id.

    ``timestamp`` is wire time in its normal form, which sorts as text.
    """

    timestamp: str
    message_id: str


class MonotonicStamps:
    """Timestamps of one root: max(now, last + 1 µs), so a clock set back never reorders events."""

    def __init__(self, last_micros: int = 0) -> None:
        self.last_micros = last_micros

    def next(self, now_micros: int) -> str:
        """The next timestamp as wire time; strictly later than every one before it."""
        self.last_micros = max(now_micros, self.last_micros + 1)
        return format_micros(self.last_micros)
