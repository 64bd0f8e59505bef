"""Delays as queues: what is put on a rung comes back to its queue when the rung's time is over."""

from apollonia.adapters.bus.rabbit.declaring import declare_queue, rung_arguments, rung_queue
from apollonia.adapters.bus.rabbit.link import Link
from apollonia.adapters.bus.rabbit.options import RabbitOptions


class Ladder:
    """Makes a rung when it is first needed: most queues never need any."""

    def __init__(self, link: Link, options: RabbitOptions) -> None:
        self._link = link
        self._rungs = sorted(options.retry_rungs_s)
        self._connection: object = None
        self._declared: set[str] = set()

    async def queue_for(self, queue: str, delay_s: float) -> str:
        """Where to put a message of ``queue`` that shall come again after so long, or longer.

        The longest rung stands for all that is longer; no delay is the queue itself.
        """
        if delay_s <= 0:
            return queue
        rung = next((rung for rung in self._rungs if rung >= delay_s), self._rungs[-1])
        name = rung_queue(queue, rung)
        connection = await self._link.get_or_wait_for_a_person()
        if connection is not self._connection:
            self._connection, self._declared = connection, set()
        if name not in self._declared:
            async with self._link.asking(f"declare {name}") as channel:
                await declare_queue(channel, name, rung_arguments(queue, rung))
            self._declared.add(name)
        return name
