"""What the catalog changed, numbered without gaps, to everyone who follows it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from apollonia.domain.ids import uuid5_of
from apollonia.errors import Unavailable
from apollonia.messages import CATALOG, Change
from apollonia.observe.logs import get_logger
from apollonia.ports.broadcast import Broadcast
from apollonia.ports.bus import Bus, Message
from apollonia.ports.catalog import Catalog
from apollonia.ports.clock import Clock
from apollonia.work.backoff import Backoff
from apollonia.work.pause import until_stopped

CHANNEL = "changes"

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayOptions:
    """``poll_s``: how late a change of another process is seen; ``keep``: changes kept to read."""

    batch: int = 500
    poll_s: float = 0.5
    keep: int = 200_000
    prune_every: int = 10_000


class ChangesRelay:
    """A ``Service``: published first, marked after, so a crash in between only repeats messages."""

    name = "changes relay"

    def __init__(
        self,
        *,
        catalog: Catalog,
        bus: Bus,
        broadcast: Broadcast,
        clock: Clock,
        options: RelayOptions | None = None,
    ) -> None:
        self._catalog = catalog
        self._bus = bus
        self._broadcast = broadcast
        self._clock = clock
        self._options = options or RelayOptions()
        self._nudged = asyncio.Event()
        self._since_prune = self._options.prune_every  # so that a start prunes once

    def nudge(self) -> None:
        """Something was committed: look at once."""
        self._nudged.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until ``stop``; a round in hand is finished."""
        backoff = Backoff()
        while not stop.is_set():
            self._nudged.clear()
            try:
                busy = await self.relay()
                backoff.reset()
            except Unavailable as error:
                log.warning("changes wait", error=error.message)
                await until_stopped(stop, self._clock.sleep(backoff.next()))
                continue
            if not busy:
                await until_stopped(stop, self._nudge_or_poll())

    async def relay(self) -> bool:
        """One round: number, publish, mark, tell; whether there was anything to do.

        Raises:
            Unavailable: the catalog or the bus is away; nothing is lost.
        """
        await self._catalog.relay_changes(self._options.batch)
        published = await self._catalog.published_position()
        changes = await self._catalog.changes(published, self._options.batch)
        if not changes:
            return False
        await self._bus.publish(CATALOG.name, [_message(change) for change in changes])
        position = changes[-1].position
        await self._catalog.mark_published(position)
        await self._tell(position)
        await self._prune(changes)
        return True

    async def _tell(self, position: int) -> None:
        try:
            await self._broadcast.send(CHANNEL, str(position))
        except Unavailable as error:
            log.debug("listeners are not told", error=error.message)  # they poll as well

    async def _prune(self, changes: Sequence[Change]) -> None:
        self._since_prune += len(changes)
        if self._since_prune >= self._options.prune_every:
            self._since_prune = 0
            await self._catalog.prune_changes(self._options.keep)

    async def _nudge_or_poll(self) -> None:
        try:
            async with asyncio.timeout(self._options.poll_s):
                await self._nudged.wait()
        except TimeoutError:
            return


def _message(change: Change) -> Message:
    return Message(
        body=change.model_dump_json().encode(),
        message_id=uuid5_of(f"change/{change.position}".encode()),
        schema="apollonia.change/1",
    )
