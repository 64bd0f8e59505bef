"""Contents that a slot took together: done one after the other, told and acknowledged together."""

import asyncio
from collections.abc import Sequence

from apollonia.analyze.handling import Piece, WorkHandler
from apollonia.analyze.options import LONG_WORK_S
from apollonia.analyze.reporting import Report
from apollonia.errors import Unavailable
from apollonia.observe.tracing import trace, traceparent_of
from apollonia.ports.bus import Consumer, Delivery
from apollonia.work.settle import Settler

_PATIENCE_S = 3.0
_MOST_BYTES = 1 << 20
_CONTENT_S = LONG_WORK_S + 60


class Batch:
    """One use: ``run``.

    When it takes longer than ``patience_s`` what is found is told and what is left is given back
    to the queue, while the content in hand goes on: none waits for another one that hangs, and no
    message is held for longer than its own content takes. A content that fails, fails alone.
    """

    def __init__(
        self,
        *,
        handler: WorkHandler,
        settler: Settler[None],
        consumer: Consumer,
        stop: asyncio.Event,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self._handler = handler
        self._settler = settler
        self._consumer = consumer
        self._stop = stop
        self._patience_s = patience_s
        self._left: list[Piece] = []
        self._found: list[tuple[Delivery, Report]] = []

    async def run(self, deliveries: Sequence[Delivery]) -> int:
        """Settle all of them; how many contents were done.

        Raises:
            Unavailable: something is away; what is not settled is still held.
        """
        end = asyncio.get_running_loop().time() + self._patience_s
        await self._plan(deliveries)
        number = 0
        try:
            while self._left and self._has_time(end):
                await self._next(self._left.pop(0), end)
                number += 1
        except Unavailable:
            await self._flush()
            raise
        await self._flush()
        await self._give_back()
        return number

    def _has_time(self, end: float) -> bool:
        return not self._stop.is_set() and asyncio.get_running_loop().time() < end

    async def _plan(self, deliveries: Sequence[Delivery]) -> None:
        """Read them, and ask at once what is known of all."""
        pieces: list[Piece] = []
        contents: set[str] = set()
        again: list[Delivery] = []
        for delivery in deliveries:
            try:
                piece = self._handler.read(delivery)
            except Exception as error:  # noqa: BLE001 - whatever it is, a policy decides on it
                await self._settler.judge(self._consumer, delivery, error)
                continue
            if piece.work.sha256_hash in contents:
                again.append(delivery)  # what the first finds is known when it comes again
            else:
                contents.add(piece.work.sha256_hash)
                pieces.append(piece)
        if again:
            await self._consumer.release(again)
        self._left = list(await self._handler.without_known(pieces))

    async def _next(self, piece: Piece, end: float) -> None:
        if not piece.wanted:
            report = self._handler.known(piece)
        elif self._handler.is_long(piece):
            await self._handler.lease(piece)
            report = self._handler.known(piece)
            if self._handler.long is not None:  # the slot's next work; the others find another one
                await self._give_back()
        else:
            try:
                with trace(traceparent_of(piece.delivery.message.headers)):
                    report = await self._look(piece, end)
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, a policy decides on it
                await self._settler.judge(self._consumer, piece.delivery, error)
                return
        self._found.append((piece.delivery, report))
        if sum(it.size for _, it in self._found) >= _MOST_BYTES:
            await self._flush()

    async def _look(self, piece: Piece, end: float) -> Report:
        """While it takes too long the others are let go."""
        looking = asyncio.create_task(self._handler.look(piece))
        try:
            async with asyncio.timeout(_CONTENT_S):
                loop = asyncio.get_running_loop()
                await asyncio.wait({looking}, timeout=max(end - loop.time(), 0.0))
                if not looking.done():
                    await self._give_back()
                    await self._flush()
                return await looking
        finally:
            if not looking.done():
                looking.cancel()
                await asyncio.wait({looking})

    async def _flush(self) -> None:
        """Tell all that was found, then acknowledge it."""
        found, self._found = self._found, []
        await self._handler.tell([report for _, report in found])
        await self._settler.accept(self._consumer, [delivery for delivery, _ in found])

    async def _give_back(self) -> None:
        left, self._left = self._left, []
        if left:
            await self._consumer.release([piece.delivery for piece in left])
