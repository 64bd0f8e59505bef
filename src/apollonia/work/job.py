"""What a runner is given to do."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from apollonia.ports.bus import Delivery


class Handler[S](Protocol):
    """The work itself: MUST be right when called again with the same messages, and never commits.

    Raising decides what happens, by the family of the error (see ``verdict``). A handler that knows
    which messages are at fault raises ``Refused``; else the batch is bisected to find them.
    """

    async def __call__(self, scope: S, deliveries: Sequence[Delivery]) -> None:
        """Handle the batch inside ``scope``."""
        ...


def _nothing() -> None:
    """The default of ``after_commit``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job[S]:
    """One queue's work: ``scope()`` is entered per batch and left (committed) before the ack.

    ``after_commit`` is called after each committed batch; it must be quick and must not raise.
    """

    queue: str
    scope: Callable[[], AbstractAsyncContextManager[S]]
    handle: Handler[S]
    after_commit: Callable[[], None] = _nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerOptions:
    """Limits of a runner; times in seconds.

    A batch is full at so many messages or bytes, or when nothing came for ``linger_s``, whichever
    is first; one message may be larger.
    """

    batch: int = 500
    batch_bytes: int = 8 << 20
    linger_s: float = 0.02
    time_limit_s: float = 60.0
    drain_s: float = 5.0
    max_failures: int = 3
