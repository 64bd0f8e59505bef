"""What every ``Cache`` promises. A new adapter joins by a line in ``CACHES``."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import pytest
from redis.asyncio import Redis

from apollonia.adapters.cache.local_cache import LocalCache
from apollonia.adapters.cache.redis_cache import RedisCache, RedisCacheOptions
from apollonia.adapters.clock.system_clock import SystemClock
from apollonia.observe.metrics import Metrics
from apollonia.ports.cache import Cache
from apollonia.testing.manual_clock import ManualClock

MAX_BYTES = 20_000
MAX_COUNT = 50


@dataclass
class Setup:
    """A cache, and a way to let time pass on it."""

    cache: Cache
    pass_time: Callable[[float], Awaitable[None]]


def _local() -> Setup:
    clock = ManualClock()
    cache = LocalCache(clock=clock, metrics=Metrics(), max_bytes=MAX_BYTES, max_count=MAX_COUNT)
    return Setup(cache, clock.advance)


@asynccontextmanager
async def _local_setup(_: object) -> AsyncIterator[Setup]:
    setup = _local()
    yield setup
    await setup.cache.close()


@asynccontextmanager
async def _redis_setup(service_url: Callable[..., str]) -> AsyncIterator[Setup]:
    url, prefix = service_url("redis"), f"test-{uuid.uuid4().hex}"
    options = RedisCacheOptions(prefix=prefix, limit_s=5.0, max_value_bytes=MAX_BYTES)
    cache = RedisCache(url, clock=SystemClock(), metrics=Metrics(), options=options)
    async with Redis.from_url(url) as redis:

        async def pass_time(seconds: float) -> None:
            async for key in redis.scan_iter(f"{prefix}:*"):
                left = await redis.pttl(key)
                if left >= 0:
                    await redis.pexpire(key, max(0, left - round(seconds * 1000)))

        yield Setup(cache, pass_time)
        await cache.close()
        async for key in redis.scan_iter(f"{prefix}:*"):
            await redis.delete(key)


type MakeSetup = Callable[[Callable[..., str]], AbstractAsyncContextManager[Setup]]

CACHES: dict[str, MakeSetup] = {"local": _local_setup, "redis": _redis_setup}


@pytest.fixture(params=CACHES)
async def setup(
    request: pytest.FixtureRequest, service_url: Callable[..., str]
) -> AsyncIterator[Setup]:
    async with CACHES[request.param](service_url) as made:
        yield made


class Maker:
    """Makes values when it is let to, and counts how often."""

    def __init__(self, value: bytes = b"made") -> None:
        self.value = value
        self.calls = 0
        self.begun = asyncio.Event()
        self.go = asyncio.Event()

    async def __call__(self) -> bytes:
        self.calls += 1
        self.begun.set()
        await self.go.wait()
        return self.value


async def test_cache_returns_what_was_set(setup: Setup) -> None:
    assert await setup.cache.get("k") is None
    await setup.cache.set("k", b"\x00v", ttl=10)
    await setup.cache.set("k", b"\x00w", ttl=10)
    assert await setup.cache.get("k") == b"\x00w"


async def test_cache_forgets_after_the_ttl(setup: Setup) -> None:
    await setup.cache.set("k", b"v", ttl=10)
    await setup.pass_time(9)
    assert await setup.cache.get("k") == b"v"
    await setup.pass_time(2)
    assert await setup.cache.get("k") is None


async def test_cache_forgets_what_carries_an_invalidated_tag(setup: Setup) -> None:
    await setup.cache.set("a", b"a", ttl=10, tags=("x", "y"))
    await setup.cache.set("b", b"b", ttl=10, tags=("y",))
    await setup.cache.set("c", b"c", ttl=10)
    await setup.cache.invalidate("x", "unknown")
    assert await setup.cache.get("a") is None
    assert await setup.cache.get("b") == b"b"
    await setup.cache.invalidate("y")
    assert await setup.cache.get("b") is None
    assert await setup.cache.get("c") == b"c"


async def test_cache_drops_a_tag_that_a_new_value_no_longer_carries(setup: Setup) -> None:
    await setup.cache.set("a", b"1", ttl=10, tags=("x",))
    await setup.cache.set("a", b"2", ttl=10)
    await setup.cache.invalidate("x")
    assert await setup.cache.get("a") == b"2"


async def test_cache_makes_a_value_once_for_all_who_ask(setup: Setup) -> None:
    make = Maker()
    asking = [asyncio.create_task(setup.cache.get_or_make("k", make, ttl=10)) for _ in range(20)]
    await make.begun.wait()
    make.go.set()
    assert await asyncio.gather(*asking) == [b"made"] * 20
    assert await setup.cache.get_or_make("k", make, ttl=10) == b"made"
    assert make.calls == 1


async def test_cache_raises_a_failure_for_everyone_and_keeps_nothing(setup: Setup) -> None:
    calls = 0

    async def fail() -> bytes:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0.01)
        raise ValueError("no")

    asking = [setup.cache.get_or_make("k", fail, ttl=10) for _ in range(3)]
    results = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(result) for result in results] == [ValueError] * 3
    assert calls == 1
    make = Maker()
    make.go.set()
    assert await setup.cache.get_or_make("k", make, ttl=10) == b"made"


async def test_cache_does_not_keep_what_was_invalidated_while_it_was_made(setup: Setup) -> None:
    old, new = Maker(b"old"), Maker(b"new")
    asking = asyncio.create_task(setup.cache.get_or_make("k", old, ttl=10, tags=("x",)))
    await old.begun.wait()
    await setup.cache.invalidate("x")
    new.go.set()
    assert await setup.cache.get_or_make("k", new, ttl=10, tags=("x",)) == b"new"
    old.go.set()
    assert await asking == b"old"
    assert await setup.cache.get("k") == b"new"


async def test_cache_goes_on_making_when_the_first_who_asked_gives_up(setup: Setup) -> None:
    make = Maker()
    first = asyncio.create_task(setup.cache.get_or_make("k", make, ttl=10))
    await make.begun.wait()
    second = asyncio.create_task(setup.cache.get_or_make("k", make, ttl=10))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    make.go.set()
    assert await second == b"made"
    assert make.calls == 1


async def test_cache_keeps_no_value_whose_time_is_over(setup: Setup) -> None:
    await setup.cache.set("k", b"v", ttl=10)
    await setup.cache.set("k", b"w", ttl=0)
    assert await setup.cache.get("k") is None


async def test_cache_keeps_no_value_that_is_too_large(setup: Setup) -> None:
    await setup.cache.set("k", b"v", ttl=10)
    await setup.cache.set("k", b"v" * (MAX_BYTES + 1), ttl=10)
    assert await setup.cache.get("k") is None


async def test_cache_counts_until_the_ttl_of_the_first_count(setup: Setup) -> None:
    assert await setup.cache.increment("n", ttl=10) == 1
    await setup.pass_time(6)
    assert await setup.cache.increment("n", ttl=10) == 2
    await setup.pass_time(6)
    assert await setup.cache.increment("n", ttl=10) == 1


async def test_cache_answers_a_ping(setup: Setup) -> None:
    await setup.cache.ping()


async def test_local_cache_stays_within_its_number_and_keeps_what_is_used() -> None:
    cache = _local().cache
    await cache.set("first", b"v", ttl=10)
    for number in range(MAX_COUNT * 3):
        await cache.set(str(number), b"v", ttl=10)
        assert await cache.get("first") == b"v"
    kept = [number for number in range(MAX_COUNT * 3) if await cache.get(str(number))]
    assert kept == list(range(MAX_COUNT * 2 + 1, MAX_COUNT * 3))


async def test_local_cache_stays_within_its_bytes() -> None:
    cache = _local().cache
    for number in range(10):
        await cache.set(str(number), b"v" * 5000, ttl=10)
    await cache.set("huge", b"v" * (MAX_BYTES + 1), ttl=10)
    kept = [number for number in range(10) if await cache.get(str(number))]
    assert kept == [7, 8, 9]
    assert await cache.get("huge") is None


async def test_cache_stops_making_when_nobody_waits(setup: Setup) -> None:
    cache, make = setup.cache, Maker()
    asking = asyncio.create_task(cache.get_or_make("k", make, ttl=10))
    await make.begun.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    make.go.set()
    assert await cache.get("k") is None
    assert await cache.get_or_make("k", make, ttl=10) == b"made"
    assert make.calls == 2


async def test_local_cache_bounds_its_counters() -> None:
    setup = _local()
    for number in range(MAX_COUNT * 2):
        await setup.cache.increment(str(number), ttl=10)
    assert await setup.cache.increment(str(MAX_COUNT * 2 - 1), ttl=10) == 2
    assert await setup.cache.increment("0", ttl=10) == 1
