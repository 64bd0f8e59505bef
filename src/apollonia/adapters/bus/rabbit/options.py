"""Limits of the RabbitMQ adapter."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RabbitOptions:
    """Times in seconds.

    ``timeout_s`` bounds every call; ``outstanding`` how many messages wait for their confirm at
    once. ``retry_rungs_s`` are the delays that can be had, each a queue of its own by its number
    of seconds: other rungs later disturb no queue that exists.
    """

    heartbeat_s: int = 30
    timeout_s: float = 20.0
    outstanding: int = 1000
    retry_rungs_s: tuple[float, ...] = (2, 8, 32, 120, 600, 3600)
