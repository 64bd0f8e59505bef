"""`apollonia migrate-to`: from one process to servers."""

import asyncio
from pathlib import Path

from rich.console import Console

from apollonia.config import Settings
from apollonia.messages import ENRICHED_QUEUE, POPULATOR_QUEUE
from apollonia.ports.bus import Bus
from apollonia.runtime import Runtime
from apollonia.wiring.moving import copy_catalog, embedded, prepare_target
from apollonia.wiring.populate import populate_services
from apollonia.wiring.ports import open_ports

_POLL_S = 0.2
_BEFORE_THE_CATALOG = (POPULATOR_QUEUE, ENRICHED_QUEUE)


async def move(settings: Settings, folder: Path, console: Console) -> None:
    """Work in what waits in the embedded bus, then copy every row, and say what comes next."""
    with console.status("moving the catalog") as status:
        await prepare_target(settings, folder)
        await _work_in(embedded(settings), folder)
        moved = await copy_catalog(
            settings, folder, lambda table, rows: status.update(f"{table}: {rows:,} rows")
        )
    console.print(
        f"Moved {moved['files']:,} files and {moved['file_events']:,} events. Next: `apollonia"
        " graph rebuild`, then start the services; the ingestor keeps this data folder.",
        markup=False,
        highlight=False,
    )


async def _work_in(settings: Settings, folder: Path) -> None:
    """Let the populator do what waits for it; analyses that are undone are queued again later."""
    async with open_ports(settings, folder) as ports:
        if await _is_empty(ports.bus):
            return
        runtime = Runtime(populate_services(ports, settings))
        working = asyncio.create_task(runtime.run())
        try:
            while not working.done() and not await _is_empty(ports.bus):  # noqa: ASYNC110 - a bus tells nobody
                await asyncio.sleep(_POLL_S)
        finally:
            runtime.request_stop()
            await working


async def _is_empty(bus: Bus) -> bool:
    return not any([await bus.depth(queue) for queue in _BEFORE_THE_CATALOG])
