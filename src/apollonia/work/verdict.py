"""The error's family decides what becomes of a message."""

from enum import StrEnum

from apollonia.errors import Poison, Rejected, Unavailable


class Verdict(StrEnum):
    """What to do with a message that could not be handled."""

    DROP = "drop"  # the request is wrong: acknowledge and log
    LATER = "later"  # a dependency is away: the message is not at fault
    BURY = "bury"  # it can never be handled: dead letter
    RETRY = "retry"  # a bug: a few more times, then dead letter


def verdict_on(error: Exception) -> Verdict:
    """The policy for an error that a handler raised."""
    match error:
        case Rejected():
            return Verdict.DROP
        case Unavailable():
            return Verdict.LATER
        case Poison():
            return Verdict.BURY
        case _:
            return Verdict.RETRY
