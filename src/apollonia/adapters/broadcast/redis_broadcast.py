"""Nudges between processes, by Redis' publish and subscribe."""

import asyncio
import secrets
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from apollonia.adapters.broadcast.local_broadcast import LocalBroadcast
from apollonia.errors import Unavailable
from apollonia.observe.logs import get_logger
from apollonia.ports.clock import Clock

_KEPT: Final = 100
_AWAY: Final = (RedisError, OSError, TimeoutError)

log = get_logger(__name__)


class RedisBroadcast:
    """A ``Broadcast``: to listeners of this process at once, to the others through Redis.

    A listener that connects anew may have missed messages; listeners also poll. What is sent while
    Redis is away waits, the newest 100 only.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Clock,
        prefix: str = "apollonia",
        limit_s: float = 2.0,
        silence_s: float = 15.0,
    ) -> None:
        """``limit_s``: for each answer; after ``silence_s`` the subscription is tried."""
        self._redis = Redis.from_url(
            url,
            socket_connect_timeout=limit_s,
            socket_timeout=limit_s,
            retry=Retry(NoBackoff(), 0),
            driver_info=None,
        )
        self._clock = clock
        self._prefix = f"{prefix}:"
        self._limit_s = limit_s
        self._silence_s = silence_s
        self._me = secrets.token_hex(8)
        self._local = LocalBroadcast()
        self._wanted: Counter[str] = Counter()
        self._heard: set[str] = set()
        self._changed = asyncio.Condition()
        self._outbox: deque[tuple[str, str]] = deque(maxlen=_KEPT)
        self._filled = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._pubsub: PubSub | None = None

    async def send(self, channel: str, text: str) -> None:
        """Hand it to our own listeners and to the outbox; never waits."""
        await self._local.send(channel, text)
        self._outbox.append((channel, text))
        self._filled.set()
        self._start()

    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[AsyncIterator[str]]:
        """Messages from now on; from other processes as soon as Redis is there."""
        async with self._local.listen(channel) as messages:
            self._wanted[channel] += 1
            self._start()
            try:
                await self._subscribe(channel)
                yield messages
            finally:
                self._wanted[channel] -= 1
                if not self._wanted[channel]:
                    del self._wanted[channel]
                    await self._unsubscribe(channel)

    async def ping(self) -> None:
        """Raise ``Unavailable`` unless Redis answers."""
        try:
            async with asyncio.timeout(self._limit_s):
                await self._redis.ping()
        except _AWAY as error:
            raise Unavailable(f"Redis cannot be reached: {_words(error)}") from error

    async def close(self) -> None:
        """What still waits is sent if Redis is there; iterators end."""
        if self._outbox:
            with suppress(*_AWAY):
                await self._publish()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._local.close()
        await self._redis.aclose()

    def _start(self) -> None:
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._again(self._publish_all), name="broadcast sends"),
                asyncio.create_task(self._again(self._hear), name="broadcast listens"),
            ]

    async def _again(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do it until the end, also after Redis was away."""
        waits = False
        while True:
            try:
                await work()
                waits = False
            except _AWAY as error:
                if not waits:
                    log.warning("broadcast waits for Redis", error=_words(error))
                waits = True
                await self._clock.sleep(1.0)

    async def _publish_all(self) -> None:
        await self._filled.wait()
        await self._publish()

    async def _publish(self) -> None:
        async with asyncio.timeout(self._limit_s), self._redis.pipeline(transaction=False) as pipe:
            self._filled.clear()
            batch = list(self._outbox)
            for channel, text in batch:
                pipe.publish(self._prefix + channel, f"{self._me} {text}")
            try:
                await pipe.execute()
            except BaseException:
                self._filled.set()
                raise
            for one in batch:  # newer ones may have pushed some of them out
                if self._outbox and self._outbox[0] == one:
                    self._outbox.popleft()

    async def _hear(self) -> None:
        """One connection: subscribe to what is wanted, then hand on what comes."""
        if not self._wanted:
            await self._until(lambda: bool(self._wanted))
        async with self._redis.pubsub() as pubsub:
            try:
                async with asyncio.timeout(self._limit_s):
                    await pubsub.subscribe(*(self._prefix + it for it in self._wanted))
                self._pubsub = pubsub
                while True:
                    await self._take(pubsub)
            finally:
                self._pubsub = None
                self._heard.clear()

    async def _take(self, pubsub: PubSub) -> None:
        message = await pubsub.get_message(timeout=self._silence_s)
        if message is None:  # silence, or a connection that nobody answers on any more
            async with asyncio.timeout(self._limit_s):
                await pubsub.ping()
                message = await pubsub.get_message(timeout=self._limit_s * 2)
            if message is None:
                raise TimeoutError("no answer on the subscription")
        channel = (message["channel"] or b"").decode().removeprefix(self._prefix)
        match message["type"]:
            case "subscribe":
                async with self._changed:
                    self._heard.add(channel)
                    self._changed.notify_all()
            case "message":
                sender, _, text = message["data"].decode().partition(" ")
                if sender != self._me:
                    await self._local.send(channel, text)

    async def _subscribe(self, channel: str) -> None:
        """Until Redis says so, for a short time at most."""
        with suppress(*_AWAY):
            async with asyncio.timeout(self._limit_s):
                async with self._changed:
                    self._changed.notify_all()
                if self._pubsub is not None and channel not in self._heard:
                    await self._pubsub.subscribe(self._prefix + channel)
                await self._until(lambda: channel in self._heard)

    async def _unsubscribe(self, channel: str) -> None:
        if channel in self._heard and self._pubsub is not None:
            self._heard.discard(channel)
            with suppress(*_AWAY):
                async with asyncio.timeout(self._limit_s):
                    await self._pubsub.unsubscribe(self._prefix + channel)

    async def _until(self, ready: Callable[[], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(ready)


def _words(error: BaseException) -> str:
    """Of errors that say nothing, their kind."""
    return str(error) or type(error).__name__
