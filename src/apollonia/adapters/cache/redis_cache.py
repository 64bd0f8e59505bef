"""The shared cache, in Redis: while that is away every lookup is a miss, and nothing else."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import NamedTuple

from apollonia.adapters.cache.local_cache import LocalCache
from apollonia.adapters.cache.redis_flights import Flights
from apollonia.adapters.cache.redis_link import RedisLink
from apollonia.adapters.cache.redis_scripts import COUNT, ENTER, LOOK, RELEASE, STAMP, STORE
from apollonia.errors import CacheUnavailableError
from apollonia.observe.metrics import Metrics
from apollonia.ports.clock import Clock

_ALONE = ""  # the stamp of what is made while Redis is away
_ATTEMPTS = 5
_POLL_S = (0.01, 0.1)  # first and longest time between two looks at what another process makes
_MAX_TTL_S = 30 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisCacheOptions:
    """``wait_s``: how long another process may take to make a value before it is made here too."""

    prefix: str = "apollonia"
    limit_s: float = 0.25
    retry_s: float = 2.0
    wait_s: float = 5.0
    max_value_bytes: int = 8 << 20


class _Entry(NamedTuple):
    """``state``: ``hit`` with the value, or ``make``, ``mine``, ``wait`` with the stamp."""

    state: str
    value: bytes
    stamp: str


type _Way = tuple[_Entry, asyncio.Task[bytes] | None]
type _Start = Callable[[_Entry], asyncio.Task[bytes]]


class RedisCache:
    """A ``Cache`` that processes share; bounded by each value's time and by Redis' ``maxmemory``.

    A value counts while the generations of its tags are those of before it was made, so what is
    being made during an invalidation is never kept, in whichever process. Counters go on in the
    process' own memory while Redis is away.
    """

    def __init__(
        self, url: str, *, clock: Clock, metrics: Metrics, options: RedisCacheOptions | None = None
    ) -> None:
        self._options = options or RedisCacheOptions()
        self._clock = clock
        self._lookups = metrics.cache_lookups
        self._failed = metrics.cache_failures
        self._me = secrets.token_hex(8)
        self._epoch = self._name("epoch")
        self._link = RedisLink(
            url,
            epoch=self._epoch,
            clock=clock,
            limit_s=self._options.limit_s,
            retry_s=self._options.retry_s,
        )
        self._flights = Flights()
        self._entering: dict[str, asyncio.Task[_Way]] = {}
        self._counters = LocalCache(
            clock=clock, metrics=metrics, max_bytes=1 << 20, max_count=5_000
        )

    async def get(self, key: str) -> bytes | None:
        """The value, or ``None``."""
        keys = (self._name("v", key), self._epoch)
        try:
            value = await self._link.run(LOOK, keys, (self._name("t", ""),))
        except CacheUnavailableError:
            self._lookups.labels("away").inc()
            return None
        self._lookups.labels("miss" if value is None else "hit").inc()
        return None if value is None else bytes(value)

    async def set(self, key: str, value: bytes, *, ttl: float, tags: Collection[str] = ()) -> None:
        """Keep for at most ``ttl`` seconds (30 days at most); too large a value is not kept."""
        try:
            if ttl <= 0 or len(value) > self._options.max_value_bytes:
                await self._link.delete(self._name("v", key))
                return
            words = (self._name("t", ""), _packed(tags), _word(), _milliseconds(ttl))
            stamp = await self._link.run(STAMP, (self._epoch,), words, owed=True)
            await self._store(key, value, ttl, tags, stamp, owed=True)
        except CacheUnavailableError:
            self._failed.labels("set").inc()

    async def get_or_make(
        self,
        key: str,
        make: Callable[[], Awaitable[bytes]],
        *,
        ttl: float,
        tags: Collection[str] = (),
    ) -> bytes:
        """The value, made once for all who ask meanwhile; goes on while one of them still waits.

        Where making fails in one process, the next one that waits tries.
        """

        def start(entry: _Entry) -> asyncio.Task[bytes]:
            under_way = self._flights.find(key, entry.stamp)
            if under_way is not None:
                return under_way
            work = self._make(key, make, ttl, tags, entry)
            return self._flights.start(key, entry.stamp, tags, work)

        with self._flights.asked(key):
            for attempt in range(_ATTEMPTS):
                entry, task = await self._entry(key, ttl, tags, start)
                if entry.state == "hit":
                    return entry.value
                if task is None and attempt:  # a lock of ours that could not be given back
                    task = start(entry)
                if task is not None:
                    return await asyncio.shield(task)
            return await make()

    async def invalidate(self, *tags: str) -> None:
        """Forget all that carries one of the tags; what is being made is not kept.

        While Redis is away that is owed: nothing of before counts once it is back.
        """
        self._flights.forget(tags)
        if tags:
            try:
                await self._link.delete(*(self._name("t", tag) for tag in tags))
            except CacheUnavailableError:
                self._failed.labels("invalidate").inc()

    async def increment(self, key: str, *, ttl: float) -> int:
        """Count one more; the first count starts the ``ttl``."""
        try:
            name = self._name("n", key)
            return int(await self._link.run(COUNT, (name,), (_milliseconds(ttl),)))
        except CacheUnavailableError:
            self._failed.labels("increment").inc()
            return await self._counters.increment(key, ttl=ttl)

    async def ping(self) -> None:
        """Raise ``CacheUnavailableError`` unless Redis answers."""
        await self._link.ping()

    async def close(self) -> None:
        """End what is being made; what Redis is owed is tried once more."""
        for task in tuple(self._entering.values()):
            task.cancel()
        await self._flights.close()
        await self._link.close()

    async def _entry(self, key: str, ttl: float, tags: Collection[str], start: _Start) -> _Way:
        """Asked once for all who ask before it is sent; who comes later asks for himself."""

        async def ask() -> _Way:
            del self._entering[key]
            entry = await self._enter(key, ttl, tags)
            outcome = "hit" if entry.state == "hit" else "miss" if entry.stamp else "away"
            self._lookups.labels(outcome).inc()
            if entry.state == "hit":
                return entry, None
            if not self._flights.is_asked(key):
                if entry.state == "make":
                    await self._release(key, entry.stamp)
                return entry, None
            if entry.state == "mine":  # in the air, or just landed: then it is asked again
                return entry, self._flights.find(key, entry.stamp)
            return entry, start(entry)

        task = self._entering.get(key)
        if task is None:
            task = asyncio.create_task(ask(), name="cache look")
            self._entering[key] = task
        return await asyncio.shield(task)

    async def _enter(self, key: str, ttl: float, tags: Collection[str]) -> _Entry:
        keys = (self._name("v", key), self._epoch, self._name("l", key))
        lock_ms = _milliseconds(self._options.wait_s)
        kept_ms = _milliseconds(ttl) + lock_ms
        words = (self._name("t", ""), _packed(tags), _word(), kept_ms, self._me, lock_ms)
        try:
            state, content = await self._link.run(ENTER, keys, words)
        except CacheUnavailableError:
            return _Entry("make", b"", _ALONE)
        if state == b"hit":
            return _Entry("hit", bytes(content), _ALONE)
        return _Entry(state.decode(), b"", content.decode())

    async def _make(
        self,
        key: str,
        make: Callable[[], Awaitable[bytes]],
        ttl: float,
        tags: Collection[str],
        entry: _Entry,
    ) -> bytes:
        if entry.state == "wait":
            entry = await self._wait(key, ttl, tags, entry)
            if entry.state == "hit":
                return entry.value
        if entry.stamp == _ALONE:
            return await make()
        try:
            value = await make()
        except BaseException:
            await self._release(key, entry.stamp)
            raise
        await self._keep(key, value, ttl, tags, entry.stamp)
        return value

    async def _wait(self, key: str, ttl: float, tags: Collection[str], entry: _Entry) -> _Entry:
        """Until another process has made it, or it is ours to make, or it took too long."""
        end = self._clock.monotonic() + self._options.wait_s
        pause, longest = _POLL_S
        while entry.state == "wait" and self._clock.monotonic() < end:
            await self._clock.sleep(pause)
            pause = min(longest, pause * 1.5)
            entry = await self._enter(key, ttl, tags)
        return entry

    async def _keep(
        self, key: str, value: bytes, ttl: float, tags: Collection[str], stamp: str
    ) -> None:
        try:
            if ttl > 0 and len(value) <= self._options.max_value_bytes:
                await self._store(key, value, ttl, tags, stamp, owed=False)
            else:
                await self._release(key, stamp)
        except CacheUnavailableError:
            self._failed.labels("set").inc()

    async def _store(
        self,
        key: str,
        value: bytes,
        ttl: float,
        tags: Collection[str],
        stamp: str | bytes,
        *,
        owed: bool,
    ) -> None:
        keys = (self._name("v", key), self._epoch, self._name("l", key))
        ends_ms, otherwise = _milliseconds(ttl), "forget" if owed else ""
        words = (self._name("t", ""), _packed(tags), stamp, value, ends_ms, self._me, otherwise)
        await self._link.run(STORE, keys, words, owed=owed)

    async def _release(self, key: str, stamp: str) -> None:
        """Let others make it at once; they wait for the lock's end where this does not arrive."""
        try:
            await self._link.run(RELEASE, (self._name("l", key),), (f"{self._me} {stamp}",))
        except CacheUnavailableError:
            self._failed.labels("release").inc()

    def _name(self, *parts: str) -> str:
        return ":".join((self._options.prefix, *parts))


def _packed(tags: Collection[str]) -> str:
    return json.dumps(sorted(set(tags)))


def _milliseconds(seconds: float) -> int:
    return max(1, int(min(seconds, _MAX_TTL_S) * 1000))


def _word() -> str:
    return secrets.token_hex(8)
