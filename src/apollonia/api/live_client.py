"""One live connection's waiting frames: bounded, whatever its network does."""

import asyncio
from collections import deque
from typing import Any

from apollonia.api.errors import CLOSE_GOING_AWAY, CLOSE_TRY_LATER, CLOSE_UNAUTHENTICATED
from apollonia.api.json_response import json_bytes

MAX_FRAMES = 64


class LiveClient:
    """The feed offers frames without ever waiting; the connection takes them at its own pace.

    A connection that falls too far behind gets one ``reset`` in place of all it has missed, and is
    closed: it comes back and fetches everything anew.
    """

    def __init__(self, *, token_id: str, position: int) -> None:
        self.token_id = token_id
        self.start = position
        self.close_code: int | None = None
        self._frames: deque[str] = deque()
        self._wake = asyncio.Event()

    def offer(self, frame: str, position: int) -> None:
        """One more frame; too many of them become a reset to ``position``."""
        if self.close_code is not None:
            return
        if len(self._frames) >= MAX_FRAMES:
            self._frames.clear()
            self._frames.append(frame_text({"type": "reset", "position": position}))
            self.close_code = CLOSE_TRY_LATER
        else:
            self._frames.append(frame)
        self._wake.set()

    def go_away(self) -> None:
        """The server stops."""
        self._close(CLOSE_GOING_AWAY)

    def sign_out(self) -> None:
        """The credential is worth nothing any more."""
        self._close(CLOSE_UNAUTHENTICATED)

    async def take(self) -> str | None:
        """The next frame; ``None``: close with ``close_code``."""
        while not self._frames:
            if self.close_code is not None:
                return None
            self._wake.clear()
            await self._wake.wait()
        return self._frames.popleft()

    def _close(self, code: int) -> None:
        self._frames.clear()
        self.close_code = code
        self._wake.set()


def frame_text(event: dict[str, Any]) -> str:
    """The event as the text that is sent."""
    return json_bytes(event).decode()
