"""Retry: what may be asked twice is asked again, a moment later, after a hiccup."""

from collections.abc import Awaitable, Callable

from apollonia.errors import Unavailable
from apollonia.ports.clock import Clock
from apollonia.work.backoff import Backoff


async def retrying[T](
    call: Callable[[], Awaitable[T]],
    *,
    attempts: int,
    clock: Clock,
    worth_it: Callable[[], bool],
) -> T:
    """What ``call`` gives; asked up to ``attempts`` times while a dependency is away.

    Waits with backoff and full jitter in between; not at all once it is not ``worth_it``.
    """
    backoff = Backoff()
    for left in range(attempts - 1, -1, -1):
        try:
            return await call()
        except Unavailable:
            if not left or not worth_it():
                raise
        await backoff.wait(clock)
    raise AssertionError("at least one attempt")
