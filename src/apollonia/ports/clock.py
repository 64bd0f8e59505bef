"""Now, and waiting."""

from typing import Protocol


class Clock(Protocol):
    """Time as services see it; tests move it by hand."""

    def now_micros(self) -> int:
        """Wall time, microseconds since 1970 UTC. MAY go backwards; stamps handle that."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go backwards; only differences mean something."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait at least so long; MUST be cancellable."""
        ...
