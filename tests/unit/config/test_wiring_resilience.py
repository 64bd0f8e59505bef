"""Servers are behind breakers, embedded stores are not."""

import pytest

from apollonia.errors import BusUnavailableError
from apollonia.observe.metrics import Metrics
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_bus import MemoryBus
from apollonia.wiring.resilience import Shields, has_server


@pytest.mark.parametrize("url", ["", "sqlite:////data/bus.db", "sqlite+aiosqlite:///x"])
def test_embedded_ports_stay_as_they_are(url):
    bus = MemoryBus()
    assert Shields(ManualClock(), Metrics()).around(bus, "bus", url) is bus
    assert not has_server(url)


async def test_ports_of_a_server_share_its_breaker_and_say_what_to_do():
    shields, one = Shields(ManualClock(), Metrics()), MemoryBus()
    one.away = True
    first, second = (shields.around(it, "bus", "amqp://x") for it in (one, MemoryBus()))
    for _ in range(3):
        with pytest.raises(BusUnavailableError):
            await first.ping()
    with pytest.raises(BusUnavailableError, match="correct APOLLONIA_BUS__URL"):
        await second.ping()
