"""Waiting that a stop interrupts."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def until_stopped[T](
    stop: asyncio.Event, work: Coroutine[Any, Any, T], grace_s: float = 0.0
) -> T | None:
    """What ``work`` returns or raises; cancelled ``grace_s`` after ``stop``: ``None``."""
    task = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if grace_s > 0 and not task.done():
            await asyncio.wait({task}, timeout=grace_s)
    finally:
        stopping.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
    return None if task.cancelled() else task.result()
