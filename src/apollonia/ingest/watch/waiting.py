"""Waiting for whatever comes first: something happens, or time passes."""

import asyncio

from apollonia.ports.clock import Clock


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
