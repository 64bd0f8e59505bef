"""Publishing with the broker's confirms, many messages outstanding at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import batched
from typing import cast

import aiormq
from aiormq.channel import Channel
from aiormq.exceptions import DeliveryError, PublishError
from pamqp.commands import Basic

from apollonia.adapters.bus.rabbit.bounded import bounded
from apollonia.adapters.bus.rabbit.link import Link
from apollonia.adapters.bus.rabbit.options import RabbitOptions
from apollonia.errors import BusUnavailableError, NotFoundError

_SLICE = 500
_LARGE_BYTES = 16 << 10  # such bodies wait until the socket took them, so that none pile up here

_WHAT = "confirm messages (is it out of memory or disk?)"

type Letter = tuple[bytes, Basic.Properties]


@dataclass(frozen=True, slots=True)
class Target:
    """Where letters go; ``mandatory``: it is an error when that is nowhere."""

    exchange: str
    key: str
    mandatory: bool


class Publisher:
    """One confirming channel, shared by all who publish in this process."""

    def __init__(self, link: Link, options: RabbitOptions) -> None:
        self._link = link
        self._limit_s = options.timeout_s
        self._window = asyncio.Semaphore(options.outstanding)
        self._lock = asyncio.Lock()
        self._channel: Channel | None = None

    async def publish(self, letters: Sequence[Letter], target: Target) -> None:
        """Return when the broker has confirmed all of them.

        Raises:
            NotFoundError: one led to no queue, and the target is mandatory.
            BusUnavailableError: not all were confirmed; some may be stored.
        """
        for some in batched(letters, _SLICE):
            connection = await self._link.get_or_wait_for_a_person()
            try:
                async with bounded(self._limit_s, _WHAT):
                    channel = await self._open(connection)
                    outcomes = await asyncio.gather(
                        *(self._one(channel, target, each) for each in some),
                        return_exceptions=True,
                    )
                    _raise_first(outcomes, target)
            except BusUnavailableError:
                # What was there may be gone with an exchange: a new connection declares it again.
                self._link.drop(connection)
                raise

    async def _one(self, channel: Channel, target: Target, letter: Letter) -> None:
        body, properties = letter
        async with self._window:
            await channel.basic_publish(
                body,
                exchange=target.exchange,
                routing_key=target.key,
                mandatory=target.mandatory,
                properties=properties,
                wait=len(body) > _LARGE_BYTES,
            )

    async def _open(self, connection: aiormq.Connection) -> Channel:
        async with self._lock:
            channel = self._channel
            if channel is None or channel.is_closed or channel.connection is not connection:
                channel = cast("Channel", await connection.channel(on_return_raises=True))
                self._channel = channel
            return channel


def _raise_first(outcomes: Sequence[object], target: Target) -> None:
    errors = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    if any(isinstance(error, PublishError) for error in errors):
        raise NotFoundError(f"exchange {target.exchange!r} has no queue for {target.key!r}")
    for error in errors:
        if isinstance(error, DeliveryError):
            raise BusUnavailableError("RabbitMQ refused a message: a queue takes none") from error
        if isinstance(error, asyncio.CancelledError):
            raise BusUnavailableError("the connection to RabbitMQ was closed") from error
        raise error
