"""The bus that its URL asks for."""

import os
import socket
from pathlib import Path

from apollonia.adapters.bus.sql_bus import SqlBus
from apollonia.config.settings import BusSettings
from apollonia.ports.bus import Bus
from apollonia.ports.clock import Clock
from apollonia.wiring.urls import sqlite_file

_RABBIT = ("amqp://", "amqps://")


def open_bus(settings: BusSettings, folder: Path, clock: Clock) -> Bus:
    """RabbitMQ, or the file in the data folder; nothing is connected or opened yet.

    Raises:
        ConfigurationError: the URL is of no kind that we know.
    """
    if settings.url.startswith(_RABBIT):
        return _rabbit_bus(settings)
    file = sqlite_file(
        settings.url,
        key=("bus", "url"),
        default=folder / "bus.db",
        others="amqp://user:password@host/vhost",
    )
    return SqlBus(file, clock=clock)


def _rabbit_bus(settings: BusSettings) -> Bus:
    from apollonia.adapters.bus.rabbit import RabbitBus, RabbitOptions, TlsFiles

    return RabbitBus(
        settings.url,
        tls=TlsFiles(ca=settings.tls_ca, cert=settings.tls_cert, key=settings.tls_key),
        options=RabbitOptions(
            heartbeat_s=settings.heartbeat_seconds, timeout_s=settings.timeout_seconds
        ),
        name=f"apollonia {socket.gethostname()}:{os.getpid()}",
    )
