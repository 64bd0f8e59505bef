"""The gate of a root: closed while a person wants the root to rest."""

import asyncio


class Gate:
    """Whoever works on a root passes here before each step; what is in hand is finished."""

    def __init__(self) -> None:
        self._opened = asyncio.Event()
        self._opened.set()

    @property
    def is_open(self) -> bool:
        """Whether work goes on."""
        return self._opened.is_set()

    def open(self) -> None:
        """Let everyone through who waits."""
        self._opened.set()

    def close(self) -> None:
        """Nobody goes on from here."""
        self._opened.clear()

    async def passed(self) -> None:
        """Wait while it is closed."""
        await self._opened.wait()
