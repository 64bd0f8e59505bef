"""Taking what is due from a heap of moments, once it is time."""

import asyncio
from collections.abc import Callable, Sequence

from apollonia.ports.clock import Clock
from apollonia.work.pause import wait_for


async def take_due[T](
    pop_due: Callable[[], T | None],
    limit: int,
    *,
    moment: Callable[[], float | None],
    changed: asyncio.Event,
    clock: Clock,
) -> list[T]:
    """At least one, at most ``limit`` of what ``pop_due`` gives; waits for it.

    ``moment``: when the next one is due, ``None``: nothing waits. ``changed`` is set where that may
    be another now.
    """
    while True:
        taken: list[T] = []
        while len(taken) < limit and (one := pop_due()) is not None:
            taken.append(one)
        if taken:
            return taken
        changed.clear()
        until = moment()
        if until is None:
            await changed.wait()
        else:
            await wait_for(changed, clock, max(0.0, until - clock.monotonic()))


def first_of(heap: Sequence[tuple[float, *tuple[object, ...]]]) -> float | None:
    """The moment of what comes first; ``None``: nothing does."""
    return heap[0][0] if heap else None
