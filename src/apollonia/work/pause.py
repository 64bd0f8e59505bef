"""Waiting that something else may end: a stop, an event."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from apollonia.ports.clock import Clock


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


async def wait_for(event: asyncio.Event, clock: Clock, seconds: float) -> bool:
    """Until ``event`` is set, at most ``seconds``; whether it is set."""
    if event.is_set():
        return True
    happened = asyncio.ensure_future(event.wait())
    passed = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait((happened, passed), return_when=asyncio.FIRST_COMPLETED)
    finally:
        happened.cancel()
        passed.cancel()
    return event.is_set()
