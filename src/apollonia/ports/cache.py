"""A shortening: everything in it can be computed again."""

from collections.abc import Awaitable, Callable, Collection
from typing import Protocol


class Cache(Protocol):
    """Bytes by key.

    MUST be bounded; MAY forget anything at any time; never fails its caller's work: an unavailable
    cache is a miss, counted in the metrics.
    """

    async def get(self, key: str) -> bytes | None:
        """The value, or ``None``."""
        ...

    async def set(self, key: str, value: bytes, *, ttl: float, tags: Collection[str] = ()) -> None:
        """Keep for at most ``ttl`` seconds."""
        ...

    async def get_or_make(
        self,
        key: str,
        make: Callable[[], Awaitable[bytes]],
        *,
        ttl: float,
        tags: Collection[str] = (),
    ) -> bytes:
        """The value, made at most once at a time however many ask (single flight).

        A failing ``make`` raises for everyone who waited and keeps nothing.
        """
        ...

    async def invalidate(self, *tags: str) -> None:
        """Forget all that carries one of the tags, including what is being made just now."""
        ...

    async def increment(self, key: str, *, ttl: float) -> int:
        """A counter that starts at 1 and ends ``ttl`` seconds after its first count."""
        ...

    async def ping(self) -> None:
        """Raise ``CacheUnavailableError`` unless it answers."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
