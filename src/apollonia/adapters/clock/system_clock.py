"""The machine's clock."""

import asyncio
import time


class SystemClock:
    """The machine's wall clock and its monotonic one."""

    def now_micros(self) -> int:
        """Microseconds since 1970 UTC."""
        return time.time_ns() // 1000

    def monotonic(self) -> float:
        """Seconds that never go backwards."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait at least so long."""
        await asyncio.sleep(seconds)
