"""What a process tells about itself before it is ready, and after."""

import asyncio

import orjson
import pytest

from apollonia.errors import BusUnavailableError, CatalogUnavailableError, ConfigurationError
from apollonia.observe.metrics import Metrics
from apollonia.observe.probe import Probe
from apollonia.testing.builders import a_time
from apollonia.testing.manual_clock import ManualClock, let_others_run
from apollonia.work.resilience.waiting import until_available


async def told(probe):
    status, body = await probe.ready()
    return status, orjson.loads(body)["checks"]


async def test_a_process_that_waits_is_not_ready_and_says_for_what():
    clock = ManualClock()
    probe = Probe(clock, Metrics())
    away = [True]

    async def connect():
        if away[0]:
            raise BusUnavailableError("RabbitMQ cannot be reached")
        return "the bus"

    task = asyncio.create_task(until_available("bus", connect, clock=clock, tell=probe.waits))
    await clock.advance(0.1)
    await clock.advance(12)
    status, checks = await told(probe)
    assert (status, checks["start"]["status"]) == (503, "unavailable")
    assert "waits for bus since" in checks["start"]["detail"]
    assert "RabbitMQ cannot be reached" in checks["start"]["detail"]

    away[0] = False
    await clock.advance(6)  # noticed within seconds
    assert await task == "the bus"


async def test_configuration_errors_end_a_start_at_once():
    async def connect():
        raise ConfigurationError("no such user")

    with pytest.raises(ConfigurationError):
        await until_available("bus", connect, clock=ManualClock())


async def test_readiness_tells_since_when_a_part_is_away():
    clock = ManualClock()
    probe = Probe(clock, Metrics())
    error = [CatalogUnavailableError("no answer")]

    async def check():
        if error:
            raise error[0]

    probe.watch({"catalog": check})
    assert (await told(probe))[1]["catalog"]["since"] == a_time()
    await clock.advance(30)
    status, checks = await told(probe)
    assert (status, checks["catalog"]) == (
        503,
        {"status": "unavailable", "detail": "no answer", "since": a_time()},
    )
    error.clear()
    await clock.advance(2)
    status, checks = await told(probe)
    assert (status, checks["catalog"]["since"]) == (200, None)
    await let_others_run()
