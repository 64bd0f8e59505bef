"""What stands between a service and a server that may be away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter

import pytest

from apollonia.errors import (
    BusUnavailableError,
    CatalogUnavailableError,
    NotFoundError,
    Unavailable,
)
from apollonia.observe.metrics import Metrics
from apollonia.testing.manual_clock import ManualClock, let_others_run
from apollonia.work.resilience.breaker import Breaker, BreakerOptions, BreakerState
from apollonia.work.resilience.bulkhead import Bulkhead
from apollonia.work.resilience.shield import Shield, shielded
from apollonia.work.resilience.time_limit import time_limit

OPTIONS = BreakerOptions(failures=3, pause_s=1.0)


class Server:
    """A port; raises ``error``, or hangs, where a test says so."""

    name = "a plain value"

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.hangs = False
        self.asked = 0
        self.closed = False

    async def get(self, value: int, *, plus: int = 0) -> int:
        self.asked += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error
        return value + plus

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[int]:
        yield await self.get(1)

    async def close(self) -> None:
        self.closed = True


class World:
    def __init__(self) -> None:
        self.clock, self.metrics, self.server = ManualClock(), Metrics(), Server()
        self.breaker = Breaker(
            "catalog",
            error=CatalogUnavailableError,
            clock=self.clock,
            metrics=self.metrics,
            options=OPTIONS,
        )
        self.port = self.shielded()

    def shielded(self, *, attempts: int = 1, limit_s: float = 5.0, limit: int = 8) -> Server:
        bulkhead = Bulkhead("catalog", error=CatalogUnavailableError, limit=limit, waiting=1)
        shield = Shield(
            name="catalog",
            error=CatalogUnavailableError,
            breaker=self.breaker,
            bulkhead=bulkhead,
            clock=self.clock,
            limit_s=limit_s,
        )
        return shielded(self.server, shield, attempts=attempts)

    async def break_it(self) -> None:
        self.server.error = CatalogUnavailableError("connection refused")
        for _ in range(OPTIONS.failures):
            with pytest.raises(CatalogUnavailableError):
                await self.port.get(1)

    def gauge(self) -> str:
        (line,) = (
            line
            for line in self.metrics.render().decode().splitlines()
            if line.startswith('apollonia_dependency_breaker{dependency="catalog"}')
        )
        return line.split()[-1]


@pytest.fixture
def world() -> World:
    return World()


async def test_a_shielded_port_is_the_port(world: World) -> None:
    assert await world.port.get(1, plus=2) == 3
    async with world.port.begin() as given:
        assert given == 1
    assert world.port.name == "a plain value"
    await world.port.close()
    assert world.server.closed


async def test_a_server_that_is_away_is_asked_no_more(world: World) -> None:
    await world.break_it()
    asked = world.server.asked
    began = perf_counter()
    for _ in range(1000):
        with pytest.raises(CatalogUnavailableError, match="away for 0 s: connection refused"):
            await world.port.get(1)
    with pytest.raises(CatalogUnavailableError):
        async with world.port.begin():
            pass
    assert world.server.asked == asked
    assert (perf_counter() - began) / 1000 < 0.001
    assert (world.breaker.state, world.gauge()) == (BreakerState.OPEN, "2.0")


async def test_it_is_noticed_within_a_second_that_it_is_back(world: World) -> None:
    await world.break_it()
    await world.clock.advance(1)
    with pytest.raises(CatalogUnavailableError, match=r"^connection refused"):
        await world.port.get(1)
    world.server.error = None
    with pytest.raises(CatalogUnavailableError, match="away for 1 s"):
        await world.port.get(1)

    await world.clock.advance(1)

    assert await world.port.get(1) == 1
    assert (world.breaker.state, world.gauge()) == (BreakerState.CLOSED, "0.0")


async def test_only_one_call_finds_out_whether_it_is_back(world: World) -> None:
    await world.break_it()
    world.server.hangs = True
    await world.clock.advance(1)
    first = asyncio.create_task(world.port.get(1))
    await let_others_run()
    assert (world.breaker.state, world.gauge()) == (BreakerState.TRYING, "1.0")
    with pytest.raises(CatalogUnavailableError, match="away"):
        await world.port.get(2)

    first.cancel()
    await asyncio.wait({first})

    world.server.hangs, world.server.error = False, None
    assert await world.port.get(3) == 3  # a trial that was cut off is made up for


async def test_a_transaction_that_goes_on_keeps_nobody_out(world: World) -> None:
    await world.break_it()
    world.server.error = None
    await world.clock.advance(1)
    async with world.port.begin():
        assert await world.port.get(1) == 1


@pytest.mark.parametrize("error", [NotFoundError("no"), BusUnavailableError("bus"), KeyError(1)])
async def test_errors_that_are_not_its_own_do_not_open_it(world: World, error: Exception) -> None:
    world.server.error = error
    for _ in range(10):
        with pytest.raises(type(error)):
            await world.port.get(1)
    assert world.breaker.state is BreakerState.CLOSED


async def test_a_success_in_between_starts_the_count_anew(world: World) -> None:
    for _ in range(3):
        for _ in range(OPTIONS.failures - 1):
            world.server.error = CatalogUnavailableError()
            with pytest.raises(CatalogUnavailableError):
                await world.port.get(1)
        world.server.error = None
        assert await world.port.get(1) == 1


async def test_what_does_not_answer_counts_as_away(world: World) -> None:
    world.server.hangs = True
    port = world.shielded(limit_s=0.01)
    for _ in range(OPTIONS.failures):
        with pytest.raises(CatalogUnavailableError, match="did not answer"):
            await port.get(1)
    assert world.breaker.state is BreakerState.OPEN


async def test_time_limit_leaves_other_time_outs_alone() -> None:
    with pytest.raises(TimeoutError):
        async with time_limit("x", 5, Unavailable):
            raise TimeoutError


async def test_a_slow_server_holds_up_only_so_many(world: World) -> None:
    world.server.hangs = True
    port = world.shielded(limit=2)
    tasks = [asyncio.create_task(port.get(n)) for n in range(3)]
    await let_others_run()
    assert world.server.asked == 2
    with pytest.raises(CatalogUnavailableError, match="busy"):
        await port.get(4)
    assert world.breaker.state is BreakerState.CLOSED  # it was us who asked too much
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_reads_are_asked_again_after_a_hiccup(world: World) -> None:
    port = world.shielded(attempts=2)
    world.server.error = CatalogUnavailableError()
    task = asyncio.create_task(port.get(1))
    await let_others_run()
    assert world.server.asked == 1
    world.server.error = None
    await world.clock.advance(1)
    assert await task == 1


async def test_reads_are_not_asked_again_once_it_is_away(world: World) -> None:
    await world.break_it()
    asked, port = world.server.asked, world.shielded(attempts=3)
    with pytest.raises(CatalogUnavailableError, match="away"):
        await port.get(1)
    assert (world.server.asked, world.clock.sleeping) == (asked, 0)
