"""``FakeChanges``: the reading side of the catalog's changes, and the nudge that goes with it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Literal

from apollonia.messages import Change
from apollonia.testing.builders import a_time


class FakeChanges:
    """What the API reads of a ``Catalog``, and a ``Broadcast``. ``error`` makes reads raise it."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.reads = 0
        self._changes: list[Change] = []
        self._newest = 0
        self._listeners: set[asyncio.Queue[str]] = set()

    def add(self, number: int = 1, *, place_id: str | None = None) -> None:
        """More changes, each of another file unless one is named; tells nobody."""
        for _ in range(number):
            self._newest += 1
            self._changes.append(self.change(self._newest, place_id or f"file-{self._newest}"))

    def forget(self, up_to: int) -> None:
        """Prune the changes up to this position."""
        self._changes = [one for one in self._changes if one.position > up_to]

    @staticmethod
    def change(
        position: int, place_id: str, op: Literal["created", "updated", "deleted"] = "updated"
    ) -> Change:
        """A change of one file."""
        return Change(
            position=position, entity="file", id=place_id, op=op, timestamp=a_time(position)
        )

    async def changes(self, after: int, limit: int) -> Sequence[Change]:
        """In order."""
        self._read()
        first = self._newest - len(self._changes)  # positions have no gaps
        return self._changes[max(0, after - first) :][:limit]

    async def position(self) -> int:
        """The newest."""
        self._read()
        return self._newest

    async def oldest_position(self) -> int:
        """The oldest that is kept."""
        self._read()
        return self._changes[0].position if self._changes else 0

    async def ping(self) -> None:
        """Raises when ``error`` is set."""
        self._read()

    async def close(self) -> None:
        """Nothing is held."""

    async def send(self, channel: str, text: str) -> None:
        """Tell whoever listens."""
        del channel
        for listener in self._listeners:
            listener.put_nowait(text)

    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[AsyncIterator[str]]:
        """Messages from now on."""
        del channel
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield _drain(queue)
        finally:
            self._listeners.discard(queue)

    def _read(self) -> None:
        self.reads += 1
        if self.error is not None:
            raise self.error


async def _drain(queue: asyncio.Queue[str]) -> AsyncIterator[str]:
    while True:
        yield await queue.get()
