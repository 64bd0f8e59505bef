"""How long to wait while something is away: exponential with full jitter."""

import random
from collections.abc import Callable

from apollonia.ports.clock import Clock

_FIRST_S = 0.25
_LONGEST_S = 5.0  # what comes back is noticed within seconds; breakers make asking cheap
_SHORTEST_S = 0.05
_STEPS = 16  # beyond these the longest wait holds anyway

_rng = random.SystemRandom()


class Backoff:
    """Waits grow from attempt to attempt up to 5 s, until ``reset``.

    Each is drawn evenly from what is allowed, so that many processes do not come back at once.
    """

    def __init__(self, uniform: Callable[[float, float], float] = _rng.uniform) -> None:
        self._uniform = uniform
        self._failures = 0

    def next(self) -> float:
        """Seconds to wait after one more failure."""
        longest = min(_LONGEST_S, _FIRST_S * 2.0 ** min(self._failures, _STEPS))
        self._failures += 1
        return max(_SHORTEST_S, self._uniform(0.0, longest))

    @property
    def waited(self) -> bool:
        """Whether there was a failure since it last worked."""
        return self._failures > 0

    async def wait(self, clock: Clock) -> None:
        """Sleep so long."""
        await clock.sleep(self.next())

    def reset(self) -> None:
        """It works again."""
        self._failures = 0
