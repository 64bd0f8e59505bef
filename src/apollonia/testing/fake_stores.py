"""``FakeCache`` and ``FakeBlobs``: dictionaries; time limits never run out."""

import asyncio
from collections.abc import Awaitable, Callable, Collection

from apollonia.ports.blobs import Blob


class FakeCache:
    """A ``Cache`` that forgets only what its tags say."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}
        self._tags: dict[str, frozenset[str]] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._counts: dict[str, int] = {}

    async def get(self, key: str) -> bytes | None:
        """The value."""
        return self.values.get(key)

    async def set(self, key: str, value: bytes, *, ttl: float, tags: Collection[str] = ()) -> None:
        """Keep it."""
        del ttl
        self.values[key] = value
        self._tags[key] = frozenset(tags)

    async def get_or_make(
        self,
        key: str,
        make: Callable[[], Awaitable[bytes]],
        *,
        ttl: float,
        tags: Collection[str] = (),
    ) -> bytes:
        """The value, made once at a time."""
        async with self._locks.setdefault(key, asyncio.Lock()):
            if key not in self.values:
                await self.set(key, await make(), ttl=ttl, tags=tags)
            return self.values[key]

    async def invalidate(self, *tags: str) -> None:
        """Forget what carries one of the tags."""
        for key in [key for key, carried in self._tags.items() if carried & set(tags)]:
            del self.values[key], self._tags[key]

    async def increment(self, key: str, *, ttl: float) -> int:
        """Count."""
        del ttl
        self._counts[key] = self._counts.get(key, 0) + 1
        return self._counts[key]

    async def ping(self) -> None:
        """Always there."""

    async def close(self) -> None:
        """Nothing is held."""


class FakeBlobs:
    """A ``Blobs`` without a budget; ``error`` makes every call raise it."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.blobs: dict[str, Blob] = {}

    async def get(self, key: str) -> Blob | None:
        """The blob."""
        self._fail()
        return self.blobs.get(key)

    async def put(self, key: str, blob: Blob) -> None:
        """Keep it."""
        self._fail()
        self.blobs[key] = blob

    async def ping(self) -> None:
        """Raises when ``error`` is set."""
        self._fail()

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error
