"""Filling a batch: what is there, and what comes within a moment."""

import asyncio
from collections.abc import Sequence

from apollonia.ports.bus import Consumer, Delivery

_WAIT_S = 5.0


async def collect(consumer: Consumer, batch: int, linger_s: float) -> Sequence[Delivery]:
    """Up to ``batch`` deliveries; waits 5 s for the first one, ``linger_s`` for the others."""
    taken = list(await consumer.take(batch, _WAIT_S))
    loop = asyncio.get_running_loop()
    end = loop.time() + linger_s
    while taken and len(taken) < batch and (left := end - loop.time()) > 0:
        more = await consumer.take(batch - len(taken), left)
        if not more:
            break
        taken += more
    return taken
