"""What one process tells supervisors about itself, from its first moment on."""

from collections.abc import Mapping
from typing import Any

import orjson

from apollonia.errors import Unavailable
from apollonia.observe.health import Check, worst
from apollonia.observe.metrics import Metrics
from apollonia.observe.readings import Readings
from apollonia.ports.clock import Clock


class Probe:
    """Until ``watch`` it is not ready; then it is as ready as the worst of its checks."""

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self.clock = clock
        self.metrics = metrics
        self.waiting = "the process starts"
        self._readings = Readings({"start": self._starts}, clock)

    def waits(self, words: str | None) -> None:
        """What the start waits for."""
        self.waiting = words or "the process starts"

    def watch(self, checks: Mapping[str, Check]) -> None:
        """The start is over: from now on these tell."""
        self._readings = Readings(checks, self.clock)

    async def ready(self) -> tuple[int, bytes]:
        """HTTP status and JSON, the same as the API's ``/health/ready`` gives."""
        return ready_answer(await self._readings.read())

    async def _starts(self) -> str | None:
        raise Unavailable(self.waiting)


def ready_answer(results: Mapping[str, Any]) -> tuple[int, bytes]:
    """Status and body of ``/health/ready``: `degraded` is still 200, it works, with less."""
    state = worst(results)
    checks = {
        name: {"status": it.status, "detail": it.detail, "since": it.since}
        for name, it in results.items()
    }
    body = orjson.dumps({"status": state, "checks": checks})
    return 503 if state == "unavailable" else 200, body
