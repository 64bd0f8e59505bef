"""A nudge to whoever listens now."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Broadcast(Protocol):
    """Ephemeral and lossy: it carries no truth, only "look again".

    MUST NOT block the sender; MAY merge or drop messages for a slow listener. Listeners also poll.
    """

    async def send(self, channel: str, text: str) -> None:
        """Tell everyone who listens to ``channel`` at this moment."""
        ...

    def listen(self, channel: str) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        """Messages from now on, until the context is left; only the newest 100 are kept."""
        ...

    async def ping(self) -> None:
        """Raise ``Unavailable`` unless the transport answers."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
