"""The way to Redis: a time limit on every call, and rest after a failure."""

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError

from apollonia.adapters.cache.redis_scripts import SCRIPTS, Script
from apollonia.errors import CacheUnavailableError
from apollonia.observe.logs import get_logger
from apollonia.ports.clock import Clock

CONNECTIONS: Final = 32

log = get_logger(__name__)
_rng = random.SystemRandom()


class RedisLink:
    """Asks Redis; after one failure nobody is let through until Redis answered again.

    Values of before must not count again where that might be wrong. So the epoch, of which every
    value carries the word that it was kept under, is renewed: by whoever could not tell Redis
    something that is *owed* (an invalidation, a replaced value), before it uses Redis again; and
    by whoever finds a server that has forgotten our scripts: it was started again, or is a replica
    that took over, and may know less than the one of before.
    """

    def __init__(
        self, url: str, *, epoch: str, clock: Clock, limit_s: float, retry_s: float
    ) -> None:
        """Nothing is asked yet. ``epoch`` is its key; times in seconds."""
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=None,  # our own limit holds for the whole call
            socket_connect_timeout=limit_s,
            socket_timeout=limit_s,
            retry=Retry(NoBackoff(), 0),
            driver_info=None,
        )
        self._redis = Redis(connection_pool=pool)
        self._pool = pool
        self._epoch = epoch
        self._clock = clock
        self._limit_s = limit_s
        self._retry_s = retry_s
        self._away: asyncio.Task[None] | None = None
        self._why = ""
        self._owed = False
        self._sent: set[asyncio.Task[Any]] = set()

    async def run(
        self, script: Script, keys: Sequence[str], args: Sequence[Any], *, owed: bool = False
    ) -> Any:
        """What the script returns.

        Raises:
            CacheUnavailableError: no answer within the limit, or not asked at all.
        """

        async def ask() -> Any:
            words = (script.digest, len(keys), *keys, *args)
            try:
                return await self._redis.evalsha(*words)
            except NoScriptError:
                await self._renew()  # before the scripts are there for others
                for one in SCRIPTS:
                    await self._redis.script_load(one.text)
                return await self._redis.evalsha(*words)

        return await self._guarded(ask, owed=owed)

    async def delete(self, *keys: str) -> None:
        """Take keys away, which is owed. Raises as ``run``; it will be made good all the same."""
        await self._guarded(lambda: self._redis.unlink(*keys), owed=True)

    async def ping(self) -> None:
        """Ask whatever happened before. Raises ``CacheUnavailableError``."""
        try:
            async with asyncio.timeout(self._limit_s):
                await self._redis.ping()
        except (RedisError, OSError, TimeoutError) as error:
            raise CacheUnavailableError(_words(error)) from error

    async def close(self) -> None:
        """What is owed is tried once more; then all connections are closed."""
        if self._away is not None:
            self._away.cancel()
            await asyncio.gather(self._away, return_exceptions=True)
        if self._owed:
            with suppress(RedisError, OSError, TimeoutError):
                async with asyncio.timeout(self._limit_s):
                    await self._renew()
        await asyncio.gather(*self._sent, return_exceptions=True)
        await self._redis.aclose()
        await self._pool.aclose()

    async def _guarded(self, ask: Callable[[], Awaitable[Any]], *, owed: bool) -> Any:
        if self._away is not None:
            self._owed |= owed
            raise CacheUnavailableError(self._why)
        if not owed:
            return await self._limited(ask, owed=False)
        task = asyncio.create_task(self._limited(ask, owed=True))  # also when the caller leaves
        self._sent.add(task)
        task.add_done_callback(self._landed)
        return await asyncio.shield(task)

    def _landed(self, task: asyncio.Task[Any]) -> None:
        self._sent.discard(task)
        if not task.cancelled():
            task.exception()  # seen, also where the caller left

    async def _limited(self, ask: Callable[[], Awaitable[Any]], *, owed: bool) -> Any:
        try:
            async with asyncio.timeout(self._limit_s):
                return await ask()
        except (RedisError, OSError, TimeoutError) as error:
            self._owed |= owed
            self._rest(_words(error))
            raise CacheUnavailableError(self._why) from error

    def _rest(self, why: str) -> None:
        if self._away is None:
            self._why = why
            log.warning("cache rests", error=why)
            self._away = asyncio.create_task(self._come_back(), name="cache comes back")

    async def _come_back(self) -> None:
        while True:
            await self._clock.sleep(self._retry_s * _rng.uniform(0.8, 1.2))
            owed, self._owed = self._owed, False
            try:
                async with asyncio.timeout(self._limit_s):
                    await self._pool.disconnect(inuse_connections=False)
                    await (self._renew() if owed else self._redis.ping())
            except (RedisError, OSError, TimeoutError) as error:
                self._owed |= owed
                log.debug("cache still rests", error=_words(error))
                continue
            if not self._owed:  # nothing more while we asked
                self._away = None
                log.info("cache goes on")
                return

    async def _renew(self) -> None:
        await self._redis.set(self._epoch, secrets.token_hex(8))


def _words(error: BaseException) -> str:
    """Of errors that say nothing, their kind; Redis' own name no password."""
    return f"the cache cannot be reached: {error or type(error).__name__}"
