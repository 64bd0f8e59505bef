"""Nudges inside one process; other processes poll."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_KEPT = 100


class LocalBroadcast:
    """A ``Broadcast`` to the listeners of this event loop; a slow one keeps the newest 100."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[_Listener]] = {}

    async def send(self, channel: str, text: str) -> None:
        """Hand it to everyone who listens now."""
        for listener in self._listeners.get(channel, ()):
            listener.put(text)

    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[AsyncIterator[str]]:
        """Messages from now on."""
        listener = _Listener()
        self._listeners.setdefault(channel, set()).add(listener)
        try:
            yield listener
        finally:
            listener.end()
            listeners = self._listeners[channel]
            listeners.discard(listener)
            if not listeners:
                del self._listeners[channel]

    async def ping(self) -> None:
        """Always there."""

    async def close(self) -> None:
        """Listeners' iterators end."""
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.end()


class _Listener:
    def __init__(self) -> None:
        self._kept: deque[str] = deque(maxlen=_KEPT)
        self._arrived = asyncio.Event()
        self._ended = False

    def put(self, text: str) -> None:
        self._kept.append(text)
        self._arrived.set()

    def end(self) -> None:
        self._ended = True
        self._arrived.set()

    def __aiter__(self) -> "_Listener":
        return self

    async def __anext__(self) -> str:
        while not self._kept:
            if self._ended:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        return self._kept.popleft()
