"""Filling a batch: what is there, and what comes within a moment."""

import asyncio
from collections.abc import Iterator, Sequence

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


def portions(batch: Sequence[Delivery], most_bytes: int) -> Iterator[Sequence[Delivery]]:
    """The batch in its order, in parts of at most ``most_bytes`` of bodies, or of one message."""
    part: list[Delivery] = []
    size = 0
    for delivery in batch:
        more = len(delivery.message.body)
        if part and size + more > most_bytes:
            yield part
            part, size = [], 0
        part.append(delivery)
        size += more
    if part:
        yield part
