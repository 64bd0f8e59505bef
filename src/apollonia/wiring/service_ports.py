"""The ports of a process that runs services."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from apollonia.config import Settings
from apollonia.wiring.ports import Ports, open_ports
from apollonia.wiring.start import started_probe


@asynccontextmanager
async def service_ports(settings: Settings, folder: Path) -> AsyncIterator[Ports]:
    """All ports; waits for servers that are away, and tells so on the port for metrics."""
    async with (
        started_probe(settings) as probe,
        open_ports(settings, folder, probe=probe) as ports,
    ):
        probe.watch(ports.checks())
        yield ports
