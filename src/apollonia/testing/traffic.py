"""Numbered messages that are published and handled without end, whatever happens to the broker."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

import orjson

from apollonia.errors import BusUnavailableError
from apollonia.messages import FILES
from apollonia.ports.bus import Bus
from apollonia.testing.builders import a_message

_BATCH = 50
_PAUSE_S = 0.02
_AWAY_S = 0.1


@dataclass
class Traffic:
    """What the broker confirmed, and what came out of ``queue`` and how often."""

    bus: Bus
    queue: str
    confirmed: set[int] = field(default_factory=set)
    handled: Counter[int] = field(default_factory=Counter)
    failures: int = 0
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _reached: asyncio.Event = field(default_factory=asyncio.Event)
    _wanted: int = sys.maxsize

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """It flows inside; at the end all that was confirmed is handled, or 30 s are over."""
        tasks = [asyncio.create_task(self._publish()), asyncio.create_task(self._handle())]
        try:
            yield self
            self._over.set()
            async with asyncio.timeout(30):
                await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def progress(self, more: int, limit_s: float) -> None:
        """Wait until so many more are confirmed; raises ``TimeoutError``."""
        self._reached.clear()
        self._wanted = len(self.confirmed) + more
        async with asyncio.timeout(limit_s):
            await self._reached.wait()

    async def _publish(self) -> None:
        first = 0
        while not self._over.is_set():
            some = range(first, first + _BATCH)
            try:
                await self.bus.publish(FILES.name, [a_message(b'{"n":%d}' % n) for n in some])
            except BusUnavailableError:
                self.failures += 1
                await asyncio.sleep(_AWAY_S)
                continue
            self.confirmed.update(some)
            first += _BATCH
            if len(self.confirmed) >= self._wanted:
                self._reached.set()
            await asyncio.sleep(_PAUSE_S)

    async def _handle(self) -> None:
        while not (self._over.is_set() and self.confirmed <= self.handled.keys()):
            try:
                async with self.bus.consume(self.queue) as consumer:
                    while taken := await consumer.take(100, 1):
                        bodies = [orjson.loads(one.message.body) for one in taken]
                        self.handled.update(body["n"] for body in bodies)
                        await consumer.ack(taken)
            except BusUnavailableError:
                await asyncio.sleep(_AWAY_S)
