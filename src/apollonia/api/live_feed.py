"""One reader of the catalog's changes per process, however many connections listen."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from apollonia.api.errors import BusyError
from apollonia.api.live_client import LiveClient, frame_text
from apollonia.api.live_merge import merge
from apollonia.api.present import root_status
from apollonia.domain.kinds import RootState
from apollonia.domain.principal import Principal
from apollonia.domain.roots import RootStatus
from apollonia.errors import ApolloniaError, CatalogUnavailableError
from apollonia.messages import Change
from apollonia.observe.logs import get_logger
from apollonia.observe.metrics import Metrics
from apollonia.ports.broadcast import Broadcast
from apollonia.ports.catalog import Catalog
from apollonia.ports.control import Control

CHANNEL: Final = "changes"
BATCH: Final = 500
PING_S: Final = 20.0

_PAUSE_S = 0.05  # between two reads: what comes in bursts goes out merged
_PROGRESS_S = 0.25
_QUIET_PROGRESS_S = 2.0
_MAX_BACKOFF_S = 5.0
_FIRST_READ_S = 5.0
_BUSY = frozenset({RootState.STARTING, RootState.SCANNING})


class LiveFeed:
    """Reads what is new, and offers it to every connection.

    A change is offered to whoever joined before it was read. Without connections only the position
    is followed.
    """

    def __init__(
        self,
        *,
        catalog: Catalog,
        control: Control,
        broadcast: Broadcast,
        metrics: Metrics,
        max_clients: int = 1000,
        poll_s: float = 1.0,
    ) -> None:
        self._catalog = catalog
        self._control = control
        self._broadcast = broadcast
        self._metrics = metrics
        self._max_clients = max_clients
        self._poll_s = poll_s
        self._clients: set[LiveClient] = set()
        self._position = 0
        self._known = asyncio.Event()
        self._nudged = asyncio.Event()
        self._roots: tuple[RootStatus, ...] = ()
        self._stopped = False

    @property
    def position(self) -> int:
        """Up to where connections have been told."""
        return self._position

    async def run(self, stop: asyncio.Event) -> None:
        """Read and offer until ``stop``, then close every connection."""
        tasks = [
            asyncio.create_task(self._follow_changes(), name="live changes"),
            asyncio.create_task(self._follow_nudges(), name="live nudges"),
            asyncio.create_task(self._follow_roots(), name="live progress"),
            asyncio.create_task(self._ping_regularly(), name="live ping"),
            asyncio.create_task(stop.wait(), name="live stop"),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._stopped = True
            for client in tuple(self._clients):
                client.go_away()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def join(self, principal: Principal) -> LiveClient:
        """A new connection, which is offered every change after its ``start``.

        Raises:
            BusyError: there are too many, or the server stops.
            CatalogUnavailableError: the catalog could not be read yet.
        """
        try:
            async with asyncio.timeout(_FIRST_READ_S):
                await self._known.wait()
        except TimeoutError as error:
            raise CatalogUnavailableError("The catalog does not answer; try again.") from error
        if self._stopped or len(self._clients) >= self._max_clients:
            raise BusyError(f"There are {len(self._clients)} live connections; try again later.")
        client = LiveClient(token_id=principal.token_id, position=self._position)
        if self._roots:
            client.offer(_progress(self._roots), self._position)
        self._clients.add(client)
        self._metrics.live_clients.set(len(self._clients))
        return client

    def leave(self, client: LiveClient) -> None:
        """The connection is gone."""
        self._clients.discard(client)
        self._metrics.live_clients.set(len(self._clients))

    def sign_out(self, token_id: str) -> None:
        """Close the connections of a credential that was revoked."""
        for client in self._clients:
            if client.token_id == token_id:
                client.sign_out()

    def ping(self) -> None:
        """Show every connection that the line is alive, and where it stands."""
        self._offer(frame_text({"type": "ping", "position": self._position}))

    async def _follow_changes(self) -> None:
        wait = self._poll_s
        while True:
            try:
                more = await self._read()
                wait = self._poll_s
            except ApolloniaError as error:
                get_logger(__name__).warning("live changes not read", error=error.message)
                more, wait = False, min(wait * 2, _MAX_BACKOFF_S)
            await asyncio.sleep(_PAUSE_S)
            if not more:
                await self._nudge_or(wait)

    async def _read(self) -> bool:
        """Offer the next changes; whether there may be more at once."""
        if not self._known.is_set() or not self._clients:
            before = self._position
            newest = await self._catalog.position()
            # Whoever joined meanwhile starts at the position before, and gets what lies between.
            if not self._clients:
                self._position = newest
            self._known.set()
            return self._position == before and newest > before
        changes = await self._catalog.changes(self._position, BATCH)
        if changes:
            self._position = changes[-1].position
            self._offer(changes_frame(changes))
        return len(changes) >= BATCH

    async def _nudge_or(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._nudged.wait()
        except TimeoutError:
            pass
        self._nudged.clear()

    async def _follow_nudges(self) -> None:
        """Nudges only shorten the wait: without them, changes are polled."""
        while True:
            try:
                async with self._broadcast.listen(CHANNEL) as nudges:
                    async for _ in nudges:
                        self._nudged.set()
            except ApolloniaError as error:
                get_logger(__name__).warning("live nudges not heard", error=error.message)
            await asyncio.sleep(_MAX_BACKOFF_S)

    async def _follow_roots(self) -> None:
        pause = _PROGRESS_S
        while True:
            if self._clients:
                try:
                    pause = self._tell_progress(await self._control.roots())
                except ApolloniaError:
                    pause = _MAX_BACKOFF_S
            await asyncio.sleep(pause)

    def _tell_progress(self, reported: Sequence[RootStatus]) -> float:
        """Offer what is new about the roots; in how many seconds to look again."""
        roots = _without_lists(reported)
        busy = any(root.state in _BUSY for root in roots)
        if roots != _without_lists(self._roots):
            self._roots = tuple(reported)
            self._offer(_progress(self._roots))
            busy = True
        return _PROGRESS_S if busy else _QUIET_PROGRESS_S

    async def _ping_regularly(self) -> None:
        while True:
            await asyncio.sleep(PING_S)
            self.ping()

    def _offer(self, frame: str) -> None:
        for client in self._clients:
            client.offer(frame, self._position)


def changes_frame(changes: Sequence[Change]) -> str:
    """The frame that tells these changes, merged."""
    return frame_text(
        {"type": "changes", "position": changes[-1].position, "items": merge(changes)}
    )


def _without_lists(roots: Sequence[RootStatus]) -> tuple[RootStatus, ...]:
    return tuple(replace(root, skipped=(), corrupted=(), updated_time=None) for root in roots)


def _progress(roots: Sequence[RootStatus]) -> str:
    shown = [root_status(root, lists=False) for root in roots]
    return frame_text({"type": "progress", "roots": shown})
