"""Coming up and going down while a server is away."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from apollonia.adapters.clock.system_clock import SystemClock
from apollonia.config import Settings
from apollonia.observe.logs import get_logger
from apollonia.observe.metrics import Metrics
from apollonia.observe.probe import Probe
from apollonia.observe.probe_server import serve_probe
from apollonia.ports.clock import Clock
from apollonia.wiring.resilience import has_server
from apollonia.work.resilience.waiting import until_available

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_CLOSE_S = 0.25  # each, after the services had their 4.5 s: a process ends within 5 s or so

log = get_logger(__name__)


class Start:
    """Steps of a start: a service waits for servers, a command does not."""

    def __init__(self, clock: Clock, probe: Probe | None) -> None:
        self._clock = clock
        self._probe = probe

    async def wait[T](self, name: str, url: str, work: Callable[[], Awaitable[T]]) -> T:
        """What ``work`` gives. What is embedded does not come back by waiting, and raises."""
        if self._probe is None or not has_server(url):
            return await work()
        return await until_available(name, work, clock=self._clock, tell=self._probe.waits)


@asynccontextmanager
async def started_probe(settings: Settings) -> "AsyncIterator[Probe]":
    """The process' probe, served on the port for metrics where one is set."""
    probe, observe = Probe(SystemClock(), Metrics()), settings.observe
    if not observe.metrics_port:
        yield probe
        return
    async with serve_probe(probe, observe.metrics_host, observe.metrics_port):
        yield probe


def closing(
    name: str, close: Callable[[], Awaitable[None]], url: str
) -> Callable[[], Awaitable[None]]:
    """``close``, left behind where it is a server that does not answer."""
    if not has_server(url):
        return close

    async def bounded() -> None:
        try:
            async with asyncio.timeout(_CLOSE_S):
                await close()
        except TimeoutError:
            log.warning("connection was not closed in time", dependency=name)

    return bounded
