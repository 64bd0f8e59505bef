"""Waiting at the start for what is away: a process comes up by itself once it can."""

from collections.abc import Awaitable, Callable

from apollonia.errors import Unavailable
from apollonia.observe.logs import get_logger
from apollonia.ports.clock import Clock
from apollonia.work.backoff import Backoff

_SAY_AGAIN_S = 30.0

log = get_logger(__name__)


async def until_available[T](
    name: str,
    work: Callable[[], Awaitable[T]],
    *,
    clock: Clock,
    tell: Callable[[str | None], None] = lambda _: None,
) -> T:
    """What ``work`` gives, asked with backoff for as long as it says that something is away.

    Says so in the log, at once and every 30 s, and to ``tell`` (``None`` once it is there). Other
    errors, those of the configuration above all, end it.
    """
    backoff, began, said = Backoff(), clock.monotonic(), float("-inf")
    while True:
        try:
            given = await work()
        except Unavailable as error:
            now = clock.monotonic()
            tell(f"waits for {name} since {now - began:.0f} s: {error.message}")
            if now - said >= _SAY_AGAIN_S:
                said = now
                waited = round(now - began)
                log.warning("start waits", dependency=name, waited_s=waited, error=error.message)
        else:
            tell(None)
            if backoff.waited:
                log.info("start goes on", dependency=name)
            return given
        await backoff.wait(clock)
