"""Which ports are shielded: those with a server behind them."""

from apollonia.config.names import environment_name
from apollonia.errors import BusUnavailableError, CatalogUnavailableError, GraphUnavailableError
from apollonia.observe.metrics import Metrics
from apollonia.ports.clock import Clock
from apollonia.work.resilience.breaker import Breaker, BreakerOptions
from apollonia.work.resilience.bulkhead import Bulkhead
from apollonia.work.resilience.shield import Shield, shielded

_READ_ATTEMPTS = 2
_LIMIT_S = 60.0  # above the adapters' own limits: the last resort
_AT_ONCE = 64
_WAITING = 1024
_ERRORS = {
    "catalog": CatalogUnavailableError,
    "bus": BusUnavailableError,
    "graph": GraphUnavailableError,
}


def has_server(url: str) -> bool:
    """Whether a URL names a server; what is embedded needs no breaker."""
    return bool(url) and not url.startswith("sqlite")


class Shields:
    """One shield per dependency of a process, made when first asked for."""

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics
        self._made: dict[str, Shield] = {}

    def around[P](self, port: P, dependency: str, url: str, *, reads: bool = False) -> P:
        """The port behind its dependency's shield; itself where the URL names no server.

        ``reads``: it changes nothing, so after a hiccup it is asked again.
        """
        if not has_server(url):
            return port
        shield = self._made.get(dependency) or self._make(dependency)
        return shielded(port, shield, attempts=_READ_ATTEMPTS if reads else 1)

    def _make(self, name: str) -> Shield:
        error = _ERRORS[name]
        shield = Shield(
            name=name,
            error=error,
            breaker=self._breaker(name),
            bulkhead=Bulkhead(name, error=error, limit=_AT_ONCE, waiting=_WAITING),
            clock=self._clock,
            limit_s=_LIMIT_S,
        )
        self._made[name] = shield
        return shield

    def _breaker(self, name: str) -> Breaker:
        advice = f"start it, or correct {environment_name((name, 'url'))}"
        return Breaker(
            name,
            error=_ERRORS[name],
            clock=self._clock,
            metrics=self._metrics,
            options=BreakerOptions(advice=advice),
        )
