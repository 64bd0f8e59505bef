"""Time limit: a dependency that does not answer counts as away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from apollonia.errors import Unavailable


@asynccontextmanager
async def time_limit(name: str, seconds: float, error: type[Unavailable]) -> AsyncIterator[None]:
    """Around one call. Raises ``error`` when it takes longer; other time-outs pass."""
    deadline = asyncio.timeout(seconds)
    try:
        async with deadline:
            yield
    except TimeoutError as late:
        if not deadline.expired():
            raise
        raise error(f"{name} did not answer within {seconds:.0f} s") from late
