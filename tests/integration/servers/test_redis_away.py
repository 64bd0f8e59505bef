"""Redis stopped, started again and stalled: slower, never wrong. A server of its own per test."""

import asyncio
import contextlib
import shutil
import signal
import socket
import subprocess
import time

import pytest

from apollonia.adapters.broadcast.redis_broadcast import RedisBroadcast
from apollonia.adapters.cache.redis_cache import RedisCache, RedisCacheOptions
from apollonia.adapters.clock.system_clock import SystemClock
from apollonia.errors import CacheUnavailableError
from apollonia.observe.metrics import Metrics

pytestmark = pytest.mark.service
OPTIONS = RedisCacheOptions(limit_s=0.25, retry_s=0.2, wait_s=1.0)


class Server:
    """A Redis that keeps what it has over a restart."""

    def __init__(self, folder) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = f"--port {self.port} --bind 127.0.0.1 --dir {self._folder} --appendonly yes"
        command = ["redis-server", *words.split(), "--appendfsync", "always", "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("Redis did not start")

    def send(self, number: signal.Signals) -> None:
        assert self.process
        self.process.send_signal(number)

    def stop(self) -> None:
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                self.send(signal.SIGCONT)
            self.process.terminate()
            self.process.wait(10)
            self.process = None


@pytest.fixture
def server(tmp_path, service_url):
    service_url("redis")  # where the suite has none, this test needs none
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server here")
    made = Server(tmp_path)
    made.start()
    yield made
    made.stop()


@contextlib.asynccontextmanager
async def caches(server, number=2):
    """Caches of several processes."""
    made = [
        RedisCache(server.url, clock=SystemClock(), metrics=Metrics(), options=OPTIONS)
        for _ in range(number)
    ]
    yield made
    for one in made:
        await one.close()


async def until_there(cache) -> None:
    async with asyncio.timeout(10):
        while True:
            await cache.set("probe", b"1", ttl=10)
            if await cache.get("probe") is not None:
                return
            await asyncio.sleep(0.02)


async def value(data: bytes) -> bytes:
    return data


async def test_what_was_invalidated_during_an_outage_is_not_seen_after_it(server):
    async with caches(server) as (one, two):
        await one.set("k", b"old", ttl=60, tags=("x",))
        await one.set("other", b"v", ttl=60)
        assert await two.get("k") == b"old"
        server.stop()
        await one.invalidate("x")
        assert await one.get("k") is None
        assert await one.get_or_make("k", lambda: value(b"made"), ttl=60) == b"made"
        server.start()
        for _ in range(20):  # the one that was told nothing is back before or after the other
            assert await two.get("k") is None
            await asyncio.sleep(0.02)
        await until_there(one)
        assert await one.get("k") is None
        assert await one.get_or_make("k", lambda: value(b"new"), ttl=60) == b"new"
        await until_there(two)
        assert await two.get("k") == b"new"


async def test_server_that_kept_its_data_over_a_restart_is_not_believed(server):
    async with caches(server, 1) as (idle,):
        await idle.set("k", b"old", ttl=60)
    server.stop()
    server.start()
    async with caches(server, 1) as (cache,):
        assert await cache.get("k") is None


async def test_stalled_server_costs_one_time_limit_and_forgets_nothing_it_owes(server):
    async with caches(server) as (one, two):
        await one.set("k", b"old", ttl=60, tags=("x",))
        assert await two.get("k") == b"old"
        server.send(signal.SIGSTOP)
        began = time.monotonic()
        await one.invalidate("x")
        for _ in range(100):
            assert await one.get("k") is None
        assert await one.increment("n", ttl=60) == 1
        assert await one.increment("n", ttl=60) == 2
        assert time.monotonic() - began < 1.0
        with pytest.raises(CacheUnavailableError):
            await one.ping()
        server.send(signal.SIGCONT)
        await until_there(one)
        assert await two.get("k") is None
        assert await one.get("k") is None


async def test_stalled_set_that_lands_late_is_not_kept(server):
    async with caches(server) as (one, two):
        await one.set("k", b"first", ttl=60)
        server.send(signal.SIGSTOP)
        await one.set("k", b"late", ttl=60)
        server.send(signal.SIGCONT)
        await until_there(one)
        assert await two.get("k") is None


async def test_processes_make_a_value_once(server):
    async with caches(server) as (one, two):
        calls = 0

        async def make() -> bytes:
            nonlocal calls
            calls += 1
            await asyncio.sleep(0.2)
            return b"made"

        asking = [it.get_or_make("k", make, ttl=60) for it in (one, two) for _ in range(10)]
        assert await asyncio.gather(*asking) == [b"made"] * 20
        assert calls == 1


async def test_process_makes_what_another_one_does_not_finish_in_time(server):
    async with caches(server) as (one, two):
        begun, never = asyncio.Event(), asyncio.Event()

        async def hang() -> bytes:
            begun.set()
            await never.wait()
            return b"never"

        hanging = asyncio.create_task(one.get_or_make("k", hang, ttl=60))
        await begun.wait()
        began = time.monotonic()
        assert await two.get_or_make("k", lambda: value(b"made"), ttl=60) == b"made"
        assert 0.8 < time.monotonic() - began < 3
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)


async def test_process_goes_on_at_once_where_another_one_failed(server):
    async with caches(server) as (one, two):
        begun, go = asyncio.Event(), asyncio.Event()

        async def fail() -> bytes:
            begun.set()
            await go.wait()
            raise ValueError("no")

        failing = asyncio.create_task(one.get_or_make("k", fail, ttl=60))
        await begun.wait()
        other = asyncio.create_task(two.get_or_make("k", lambda: value(b"made"), ttl=60))
        await asyncio.sleep(0.1)
        go.set()
        began = time.monotonic()
        assert await other == b"made"
        assert time.monotonic() - began < 0.5
        with pytest.raises(ValueError, match="no"):
            await failing


async def test_value_made_during_an_invalidation_elsewhere_is_not_kept(server):
    async with caches(server) as (one, two):
        begun, go = asyncio.Event(), asyncio.Event()

        async def slow() -> bytes:
            begun.set()
            await go.wait()
            return b"old"

        asking = asyncio.create_task(one.get_or_make("k", slow, ttl=60, tags=("x",)))
        await begun.wait()
        await two.invalidate("x")
        made = await one.get_or_make("k", lambda: value(b"new"), ttl=60, tags=("x",))
        go.set()
        assert [made, await asking] == [b"new", b"old"]
        assert await two.get("k") == b"new"


async def heard(messages) -> str:
    return await anext(messages)


async def test_broadcast_is_heard_again_after_an_outage(server):
    one, two = (RedisBroadcast(server.url, clock=SystemClock(), limit_s=0.5) for _ in range(2))
    async with two.listen("a") as messages, asyncio.timeout(20):
        await one.send("a", "before")
        assert await anext(messages) == "before"
        server.stop()
        await one.send("a", "meanwhile")
        await two.send("a", "of this process")
        assert await anext(messages) == "of this process"
        server.start()
        hearing = asyncio.create_task(heard(messages))
        while not hearing.done():
            await one.send("a", "after")
            await asyncio.sleep(0.1)
        assert hearing.result() in {"meanwhile", "after"}
    await one.close()
    await two.close()


async def test_broadcast_finds_out_that_nobody_answers(server):
    one = RedisBroadcast(server.url, clock=SystemClock(), limit_s=0.3, silence_s=0.3)
    async with one.listen("a"), asyncio.timeout(20):
        first = one._pubsub
        server.send(signal.SIGSTOP)
        while one._pubsub is first:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.05)
        began = time.monotonic()
        async with one.listen("b"):
            await one.send("b", "x")
        assert time.monotonic() - began < 2
        server.send(signal.SIGCONT)
        while one._pubsub is None:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.05)
    await one.close()
