"""Circuit breaker: asking a server that is away costs microseconds, not its time limit."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum

from apollonia.errors import Unavailable
from apollonia.observe.logs import get_logger
from apollonia.observe.metrics import Metrics
from apollonia.ports.clock import Clock

log = get_logger(__name__)


class BreakerState(IntEnum):
    """As the metric ``apollonia_dependency_breaker`` shows it."""

    CLOSED = 0  # all calls pass
    TRYING = 1  # one call finds out whether it is back
    OPEN = 2  # no call passes


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerOptions:
    """It opens after ``failures`` in a row, and lets one call through every ``pause_s``.

    ``advice``: what a person can do, told to whoever is refused.
    """

    failures: int = 3
    pause_s: float = 1.0
    advice: str = ""


class Breaker:
    """The breaker of one dependency, shared by all ports behind which it stands.

    Only errors of ``error``'s family count: that another dependency is away says nothing of this
    one, and neither does a request that it refused.
    """

    def __init__(
        self,
        name: str,
        *,
        error: type[Unavailable],
        clock: Clock,
        metrics: Metrics,
        options: BreakerOptions | None = None,
    ) -> None:
        self.name = name
        self._error = error
        self._clock = clock
        self._gauge = metrics.dependency_breaker.labels(name)
        self._options = options or BreakerOptions()
        self._failures = 0
        self._words = ""
        self._away_since = self._next_try = 0.0
        self._state = BreakerState.CLOSED
        self._gauge.set(self._state)

    @property
    def state(self) -> BreakerState:
        """Whether calls pass at this moment."""
        return self._state

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Around one call: refuses at once while it is open, and learns from what happens.

        Raises:
            Unavailable: of the family of the dependency, telling how long it has been away.
        """
        trying = self._admit()
        try:
            yield
        except self._error as error:
            self._failed(error)
            raise
        except Exception:  # it answered: the request was wrong, or something else is away
            self._succeeded()
            raise
        except BaseException:  # cancelled: nothing is known
            if trying and self._state is BreakerState.TRYING:
                self._set(BreakerState.OPEN)
            raise
        else:
            self._succeeded()

    def _admit(self) -> bool:
        if self._state is BreakerState.CLOSED:
            return False
        now = self._clock.monotonic()
        if self._state is BreakerState.OPEN and now >= self._next_try:
            self._set(BreakerState.TRYING)
            return True
        away = now - self._away_since
        words = "; ".join(filter(None, (self._words, self._options.advice)))
        raise self._error(f"{self.name} has been away for {away:.0f} s: {words}")

    def _failed(self, error: Unavailable) -> None:
        now = self._clock.monotonic()
        self._failures += 1
        self._words = error.message
        if self._failures == 1:
            self._away_since = now
        if self._state is BreakerState.TRYING or self._failures >= self._options.failures:
            if self._state is BreakerState.CLOSED:
                log.warning("dependency is away", dependency=self.name, error=error.message)
            self._next_try = now + self._options.pause_s
            self._set(BreakerState.OPEN)

    def _succeeded(self) -> None:
        if self._state is not BreakerState.CLOSED:
            away = round(self._clock.monotonic() - self._away_since, 1)
            log.info("dependency is back", dependency=self.name, away_s=away)
            self._set(BreakerState.CLOSED)
        self._failures = 0

    def _set(self, state: BreakerState) -> None:
        self._state = state
        self._gauge.set(state)
