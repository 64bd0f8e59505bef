"""Takes files out of the catalog that have been missing for long enough: by policy only."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from apollonia.domain.times import MAX_MICROS, format_micros
from apollonia.errors import Unavailable
from apollonia.observe.logs import get_logger
from apollonia.ports.catalog import Catalog
from apollonia.ports.clock import Clock
from apollonia.work.backoff import Backoff
from apollonia.work.pause import until_stopped

log = get_logger(__name__)

_EVER = format_micros(MAX_MICROS)


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeOptions:
    """``after_s``: how long a file must have been missing; 0: it goes as soon as it is missing."""

    after_s: float
    batch: int = 200
    interval_s: float = 3600.0


class Purger:
    """A ``Service``: looks at its start, every hour and, where files go at once, when nudged.

    Files of a root that is away are not missing, so they stay; what is in the trash stays too.
    ``on_purge`` is called after each batch: the relay's ``nudge``.
    """

    name = "purger"

    def __init__(
        self,
        *,
        catalog: Catalog,
        clock: Clock,
        options: PurgeOptions,
        on_purge: Callable[[], None],
    ) -> None:
        self._catalog = catalog
        self._clock = clock
        self._options = options
        self._on_purge = on_purge
        self._nudged = asyncio.Event()

    def nudge(self) -> None:
        """Files may have been marked missing."""
        if self._options.after_s <= 0:
            self._nudged.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Purge until ``stop``; a batch in hand is finished."""
        backoff = Backoff()
        while not stop.is_set():
            self._nudged.clear()
            try:
                await self.purge(stop)
                backoff.reset()
            except Unavailable as error:
                log.warning("purge waits", error=error.message)
                await until_stopped(stop, self._clock.sleep(backoff.next()))
                continue
            resting = self._clock.sleep(self._options.interval_s)
            await until_stopped(stop, until_stopped(self._nudged, resting))

    async def purge(self, stop: asyncio.Event) -> int:
        """Everything that is due now, in batches, each a transaction; how many files went.

        Raises:
            Unavailable: the catalog is away; what is done is done.
        """
        total, limit = 0, self._options.batch
        while not stop.is_set():
            now = self._clock.now_micros()
            since = now - int(self._options.after_s * 1_000_000)
            before = format_micros(since) if self._options.after_s > 0 else _EVER
            gone = await self._catalog.purge_missing(before, format_micros(now), limit)
            total += gone
            if gone:
                self._on_purge()
            else:
                break
        if total:
            log.info("missing files purged", files=total)
        return total
