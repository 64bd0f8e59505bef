"""``apollonia ingest`` as the command line wires it, telling of each publish on standard output.

python bench/ingest_measures/ingestor.py ROOT --data DIR [--notes FILE] [--cataloged N]

One JSON line per confirmed publish: ``at``, the monotonic clock once the bus has returned, and how
many messages. ``--notes`` writes time and body of every message there at the end. ``--cataloged``
makes the catalog say that it knows so many files, for an index that was filled without one.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import uvloop

from apollonia.adapters.database import Database
from apollonia.adapters.library import SqlLibrary
from apollonia.cli.interpreter import keep_what_is_there, tune_interpreter
from apollonia.config import load
from apollonia.media.workers.pool import MediaPool
from apollonia.messages import Topology
from apollonia.observe.logs import configure_logs
from apollonia.ports.bus import Bus, Consumer, Message
from apollonia.runtime import Runtime
from apollonia.wiring.data_folder import ingest_lock, prepare_data_folder
from apollonia.wiring.ingest import ingest_services, resolve_roots
from apollonia.wiring.media import media_options
from apollonia.wiring.ports import open_ports


class NotedBus:
    """A ``Bus`` that passes everything on and notes when a publish was confirmed."""

    def __init__(self, bus: Bus, *, keep: bool) -> None:
        self._bus = bus
        self._keep = keep
        self.noted: list[tuple[float, bytes]] = []

    async def declare(self, topology: Topology) -> None:
        await self._bus.declare(topology)

    async def publish(
        self, exchange: str, messages: Sequence[Message], routing_key: str = ""
    ) -> None:
        await self._bus.publish(exchange, messages, routing_key)
        at = time.monotonic()
        if self._keep:
            self.noted.extend((at, message.body) for message in messages)
        print(json.dumps({"at": at, "messages": len(messages)}), flush=True)

    def consume(self, queue: str) -> AbstractAsyncContextManager[Consumer]:
        return self._bus.consume(queue)

    async def depth(self, queue: str) -> int:
        return await self._bus.depth(queue)

    async def ping(self) -> None:
        await self._bus.ping()

    async def close(self) -> None:
        await self._bus.close()


class CatalogedLibrary(SqlLibrary):
    """Agrees with an index that was filled by hand: it knows as many files."""

    def __init__(self, database: Database, files: int) -> None:
        super().__init__(database)
        self._files = files

    async def root_summary(self, root: str) -> tuple[int, str | None]:
        del root
        return self._files, None


async def run(root: Path, data: Path, cataloged: int, *, keep: bool) -> NotedBus:
    """Until SIGTERM; the bus with its notes."""
    settings = load(overrides={("data",): data, ("files", "roots"): (root,)}).settings
    configure_logs(level="INFO", form="json")
    folder = prepare_data_folder(settings.data)
    roots = resolve_roots(settings.files, folder)
    with ingest_lock(folder):
        async with (
            open_ports(settings, folder) as opened,
            MediaPool(media_options(settings)) as media,
        ):
            bus = NotedBus(opened.bus, keep=keep)
            ports = replace(opened, bus=bus)
            if cataloged:
                library = CatalogedLibrary(Database(folder / "catalog.db"), cataloged)
                ports = replace(ports, library=library)
            async with ingest_services(ports, settings, roots, media) as services:
                keep_what_is_there()
                await Runtime(services).run()
    return bus


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--notes", type=Path)
    parser.add_argument("--cataloged", type=int, default=0)
    options = parser.parse_args()
    tune_interpreter()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        keep = options.notes is not None
        bus = runner.run(run(options.root, options.data, options.cataloged, keep=keep))
    if keep:
        lines = (json.dumps({"at": at, "event": json.loads(body)}) for at, body in bus.noted)
        options.notes.write_text("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    main()
