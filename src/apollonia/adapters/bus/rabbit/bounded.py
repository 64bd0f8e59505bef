"""A time limit, and the driver's errors in our words, around every call to the broker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiormq.exceptions import AMQPError

from apollonia.errors import BusUnavailableError


@asynccontextmanager
async def bounded(limit_s: float, what: str) -> AsyncIterator[None]:
    """``what`` completes the sentence "RabbitMQ did not … within 20 s".

    Raises:
        BusUnavailableError: it took too long, or the connection or channel was lost meanwhile.
    """
    try:
        async with asyncio.timeout(limit_s):
            yield
    except TimeoutError as error:
        raise BusUnavailableError(f"RabbitMQ did not {what} within {limit_s:g} s") from error
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        # The driver cancels what waits on a connection that it closes; nobody cancelled us.
        raise BusUnavailableError("the connection to RabbitMQ was closed") from error
    except (AMQPError, OSError, RuntimeError) as error:
        words = str(error) or type(error).__name__
        raise BusUnavailableError(f"RabbitMQ did not {what}: {words}") from error
