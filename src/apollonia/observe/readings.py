"""Health answers that cost the same however often, and by whomever, they are asked for."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from apollonia.domain.times import format_micros
from apollonia.observe.health import Check, CheckResult, run_checks
from apollonia.ports.clock import Clock

_FRESH_S = 1.0


class Readings:
    """The last results of the health checks: asked anew at most once a second.

    Each tells since when its part has been other than well, as far as this process has seen.
    """

    def __init__(self, checks: Mapping[str, Check], clock: Clock) -> None:
        self._checks = checks
        self._clock = clock
        self._lock = asyncio.Lock()
        self._results: Mapping[str, CheckResult] = {}
        self._taken = float("-inf")
        self._ill_since: dict[str, str] = {}

    async def read(self) -> Mapping[str, CheckResult]:
        """Every part's state, at most a second old."""
        async with self._lock:
            if self._clock.monotonic() - self._taken >= _FRESH_S:
                results = await run_checks(self._checks)
                self._results = {name: self._dated(name, it) for name, it in results.items()}
                self._taken = self._clock.monotonic()
            return self._results

    def _dated(self, name: str, result: CheckResult) -> CheckResult:
        if result.status == "ok":
            self._ill_since.pop(name, None)
            return result
        now = format_micros(self._clock.now_micros())
        return replace(result, since=self._ill_since.setdefault(name, now))
