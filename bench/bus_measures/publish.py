"""Publishing with confirms to a fan-out of two quorum queues, beside bare aio-pika."""

import time
from itertools import batched

from apollonia.adapters.bus.rabbit import RabbitBus
from apollonia.messages import FILES
from bus_measures import bare
from bus_measures.ground import FAN_OUT, Ground, as_in_service, settle
from report import Measure, median

_BATCH = 500  # as the ingestor's publisher
_LEAST = 0.7


def measure(ground: Ground) -> list[Measure]:
    """Ours and the peer's in turn, medians."""
    ours: list[float] = []
    peers: list[float] = []
    for _ in range(ground.repeat):
        peers.append(as_in_service(_peer(ground)))
        settle()
        ours.append(as_in_service(_ours(ground)))
        settle()
    value, limit = median(ours), median(peers)
    return [
        Measure(
            measure="publish with confirms, fan-out to two quorum queues",
            value=value,
            unit="messages/s",
            against="bare aio-pika, 500 outstanding",
            limit=limit,
            target=f">= {_LEAST} x",
            holds=value >= _LEAST * limit,
        )
    ]


async def _ours(ground: Ground) -> float:
    events = ground.events(ground.messages)
    async with ground.host() as url:
        bus = RabbitBus(url)
        await bus.declare(FAN_OUT)
        began = time.perf_counter()
        for batch in batched(events, _BATCH):
            await bus.publish(FILES.name, batch)
        seconds = time.perf_counter() - began
        await bus.close()
    return len(events) / seconds


async def _peer(ground: Ground) -> float:
    events = ground.events(ground.messages)
    async with ground.host() as url:
        bus = RabbitBus(url)
        await bus.declare(FAN_OUT)
        await bus.close()
        return await bare.publish(url, events)
