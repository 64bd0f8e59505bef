"""The peer: aio-pika as its documentation uses it, pipelined by hand, nothing else around it."""

import asyncio
import time
from collections.abc import Sequence

import aio_pika

from apollonia.messages import FILES
from apollonia.ports.bus import Message

OUTSTANDING = 500
ACK_EVERY = 100
PREFETCH = 1000


async def publish(url: str, messages: Sequence[Message]) -> float:
    """Confirmed messages per second, so many outstanding at once."""
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(FILES.name)
        window = asyncio.Semaphore(OUTSTANDING)

        async def one(message: Message) -> None:
            async with window:
                sent = aio_pika.Message(
                    message.body,
                    delivery_mode=2,
                    content_type="application/json",
                    message_id=message.message_id,
                    headers={**message.headers, "schema": message.schema},
                )
                await exchange.publish(sent, "", mandatory=False)

        began = time.perf_counter()
        await asyncio.gather(*map(one, messages))
        return len(messages) / (time.perf_counter() - began)


async def consume(url: str, queue_name: str, number: int) -> float:
    """Messages per second, acknowledged by the hundred."""
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        await channel.set_qos(PREFETCH)
        queue = await channel.get_queue(queue_name)
        over = asyncio.Event()
        seen = 0

        async def on_message(message: aio_pika.abc.AbstractIncomingMessage) -> None:
            nonlocal seen
            seen += 1
            if seen % ACK_EVERY == 0 or seen == number:
                await message.ack(multiple=True)
            if seen == number:
                over.set()

        began = time.perf_counter()
        await queue.consume(on_message)
        await over.wait()
        return number / (time.perf_counter() - began)
