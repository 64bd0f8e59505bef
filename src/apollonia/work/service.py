"""What the runtime runs."""

import asyncio
from typing import Protocol


class Service(Protocol):
    """One long-running part of a process.

    ``run`` works until ``stop`` is set, then MUST return within about 5 s with nothing half done:
    finish or give back what is in hand, start nothing new. After the grace time it is cancelled,
    and that MUST lose nothing either. Raising ends the whole process, so a service handles what it
    can.
    """

    name: str

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop``."""
        ...
