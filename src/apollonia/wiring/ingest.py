"""The ingestor's services over open ports."""

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from apollonia.adapters.file_system.local import LocalFiles
from apollonia.adapters.index.sqlite import SqliteIndex
from apollonia.config import Settings
from apollonia.domain.kinds import RootState
from apollonia.domain.roots import RootStatus
from apollonia.ingest.audit import Audit, AuditedIngest
from apollonia.ingest.options import IngestOptions
from apollonia.ingest.ports import IngestPorts
from apollonia.ingest.publisher import Publisher
from apollonia.ingest.roots import Root, check_roots
from apollonia.ingest.service import IngestService
from apollonia.media.hashing import LargeFiles
from apollonia.media.pool import MediaPool
from apollonia.wiring.ports import Ports
from apollonia.work.service import Service

_HOUR_S = 3600.0


def resolve_roots(roots: Sequence[Path], folder: Path) -> Sequence[Root]:
    """The configured roots, checked against each other and the data folder."""
    return check_roots(roots, folder)


@asynccontextmanager
async def ingest_services(
    ports: Ports, settings: Settings, roots: Sequence[Root], media: MediaPool
) -> AsyncIterator[Sequence[Service]]:
    """The publisher, then the ingestor; their index is closed at the end."""
    index = SqliteIndex(ports.folder / "ingest.db")
    for root in roots:  # what a process before us reported is over
        starting = RootStatus(root=root.name, state=RootState.STARTING)
        await ports.control.report_root(starting)
    async with LargeFiles() as large:
        try:
            await index.ping()  # a damaged one is told now, not when the first file is read
            publisher = Publisher(
                index=index, bus=ports.bus, clock=ports.clock, metrics=ports.metrics
            )
            ingest = IngestService(
                roots=roots,
                ports=IngestPorts(
                    files=LocalFiles(),
                    index=index,
                    inspector=media,
                    large=large,
                    control=ports.control,
                    clock=ports.clock,
                    metrics=ports.metrics,
                ),
                options=_ingest_options(settings, ports, media),
                on_commit=publisher.wake,
            )
            audit = Audit(index=index, library=ports.library, bus=ports.bus, clock=ports.clock)
            yield (publisher, AuditedIngest(audit=audit, roots=roots, ingest=ingest))
        finally:
            await index.close()


def _ingest_options(settings: Settings, ports: Ports, media: MediaPool) -> IngestOptions:
    chosen = settings.ingest
    return IngestOptions(
        holder=f"{socket.gethostname()}:{ports.folder}",
        settle_s=chosen.settle_seconds,
        scan_interval_s=chosen.scan_interval_hours * _HOUR_S,
        poll_s=chosen.poll_interval_seconds,
        hidden=chosen.hidden,
        concurrency=media.options.workers + 1,
        large_file_bytes=media.options.large_file_bytes,
    )
