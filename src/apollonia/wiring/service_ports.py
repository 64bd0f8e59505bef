"""The ports of a process that runs services."""

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from pathlib import Path

from apollonia.config import Settings
from apollonia.observe.probe_server import answer_while_starting
from apollonia.wiring.ports import Ports, open_ports
from apollonia.wiring.start import started_probe


@asynccontextmanager
async def service_ports(
    settings: Settings, folder: Path, listener: socket.socket | None = None
) -> AsyncIterator[Ports]:
    """All ports; waits for servers that are away, and tells so on the port for metrics.

    Who comes to ``listener`` meanwhile is told as well, instead of waiting unheard.
    """
    async with started_probe(settings) as probe, AsyncExitStack() as stack:
        waiting = nullcontext() if listener is None else answer_while_starting(probe, listener)
        async with waiting:
            ports = await stack.enter_async_context(open_ports(settings, folder, probe=probe))
        probe.watch(ports.checks())
        yield ports
