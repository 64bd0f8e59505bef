"""Health answers that cost the same however often, and by whomever, they are asked for."""

import asyncio
from collections.abc import Mapping

from apollonia.observe.health import Check, CheckResult, run_checks
from apollonia.ports.clock import Clock

_FRESH_S = 1.0


class Readings:
    """The last results of the health checks: asked anew at most once a second."""

    def __init__(self, checks: Mapping[str, Check], clock: Clock) -> None:
        self._checks = checks
        self._clock = clock
        self._lock = asyncio.Lock()
        self._results: Mapping[str, CheckResult] = {}
        self._taken = float("-inf")

    async def read(self) -> Mapping[str, CheckResult]:
        """Every part's state, at most a second old."""
        async with self._lock:
            if self._clock.monotonic() - self._taken >= _FRESH_S:
                self._results = await run_checks(self._checks)
                self._taken = self._clock.monotonic()
            return self._results
