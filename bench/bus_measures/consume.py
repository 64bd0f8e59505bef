"""Consuming and acknowledging a backlog in batches, beside bare aio-pika."""

import asyncio
import time

from apollonia.adapters.bus.rabbit import RabbitBus
from apollonia.messages import FILES, GRAPH_QUEUE
from bus_measures import bare
from bus_measures.ground import FAN_OUT, QUEUE, Ground, as_in_service, settle
from report import Measure, median

_BATCH = 500  # as the runner takes them
_LEAST = 0.7


def measure(ground: Ground) -> list[Measure]:
    """The same messages from two queues, one by us and one by the peer; medians."""
    ours: list[float] = []
    peers: list[float] = []
    for _ in range(ground.repeat):
        as_in_service(_both(ground, ours, peers))
        settle()
    value, limit = median(ours), median(peers)
    return [
        Measure(
            measure="consume and acknowledge in batches of 500",
            value=value,
            unit="messages/s",
            against="bare aio-pika, one acknowledgement per 100",
            limit=limit,
            target=f">= {_LEAST} x",
            holds=value >= _LEAST * limit,
        )
    ]


async def _both(ground: Ground, ours: list[float], peers: list[float]) -> None:
    async with ground.host() as url:
        bus = RabbitBus(url)
        await bus.declare(FAN_OUT)
        await bus.publish(FILES.name, ground.events(ground.messages))
        await asyncio.sleep(0.5)
        ours.append(await _ours(bus, ground.messages))
        peers.append(await bare.consume(url, GRAPH_QUEUE, ground.messages))
        await bus.close()


async def _ours(bus: RabbitBus, number: int) -> float:
    left = number
    began = time.perf_counter()
    async with bus.consume(QUEUE) as consumer:
        while left:
            taken = await consumer.take(_BATCH, 5)
            await consumer.ack(taken)
            left -= len(taken)
    return number / (time.perf_counter() - began)
