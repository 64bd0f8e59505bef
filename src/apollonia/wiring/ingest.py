"""The ingestor's services over open ports."""

import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from apollonia.adapters.file_system.local import LocalFiles
from apollonia.adapters.index.sqlite import SqliteIndex
from apollonia.config import Settings
from apollonia.config.settings import FilesSettings, RootSettings
from apollonia.domain.kinds import RootState
from apollonia.domain.paths import display
from apollonia.domain.roots import RootStatus
from apollonia.errors import ConfigurationError
from apollonia.ingest.audit import Audit, AuditedIngest
from apollonia.ingest.flow.publisher import Publisher
from apollonia.ingest.options import IngestOptions
from apollonia.ingest.ports import IngestPorts
from apollonia.ingest.root.roots import Root, RootChoices, check_roots
from apollonia.ingest.selection.ignore_files import IgnoreFiles
from apollonia.ingest.selection.rules import rules_of
from apollonia.ingest.service import IngestService
from apollonia.ingest.uploads.examine import Examiner
from apollonia.ingest.uploads.service import UploadPorts
from apollonia.media.hashing import LargeFiles
from apollonia.media.workers.pool import MediaPool
from apollonia.ports.uploads import Spool
from apollonia.wiring.ports import Ports
from apollonia.wiring.uploads import open_spool, upload_landing
from apollonia.work.service import Service

_HOUR_S = 3600.0
_MIB = 1 << 20


def resolve_roots(files: FilesSettings, folder: Path) -> Sequence[Root]:
    """The configured roots, checked against each other and the data folder.

    Raises:
        ConfigurationError: as ``check_roots``; or ``per_root`` names a folder that is no root.
    """
    choices = {_absolute(path): _choices(own) for path, own in files.per_root.items()}
    roots = check_roots(files.roots, folder)
    unknown = choices.keys() - {root.path for root in roots}
    if unknown:
        known = ", ".join(root.name for root in roots) or "none"
        raise ConfigurationError(
            f"APOLLONIA_FILES__PER_ROOT has an entry for {display(min(unknown))}, which is no"
            f" folder to catalog; those are: {known}"
        )
    return [replace(root, choices=choices.get(root.path, root.choices)) for root in roots]


def _absolute(path: Path) -> bytes:
    return os.fsencode(os.path.abspath(path))  # noqa: PTH100 - as ``check_roots``: links are kept


def _choices(own: RootSettings) -> RootChoices:
    return RootChoices(
        include=own.include,
        exclude=own.exclude,
        hidden=own.hidden,
        max_bytes=None if own.max_file_mb is None else round(own.max_file_mb * _MIB),
        min_bytes=own.min_file_bytes,
        poll_s=own.poll_interval_seconds,
        uploads=own.uploads,
    )


@asynccontextmanager
async def ingest_services(
    ports: Ports,
    settings: Settings,
    roots: Sequence[Root],
    media: MediaPool,
    *,
    take_over: bool = False,
) -> AsyncIterator[Sequence[Service]]:
    """The publisher, then the ingestor; their index is closed at the end.

    ``take_over``: its roots are taken from whoever has them.
    """
    index = SqliteIndex(ports.folder / "ingest.db")
    for root in roots:  # what a process before us reported is over
        starting = RootStatus(root=root.name, state=RootState.STARTING)
        await ports.control.report_root(starting, by=holder_name(ports.folder))
    async with LargeFiles() as large:
        try:
            await index.ping()  # a damaged one is told now, not when the first file is read
            publisher = Publisher(
                index=index, bus=ports.bus, clock=ports.clock, metrics=ports.metrics
            )
            audit = Audit(index=index, library=ports.library, bus=ports.bus, clock=ports.clock)
            ingest_ports = IngestPorts(
                files=LocalFiles(),
                index=index,
                inspector=media,
                large=large,
                control=ports.control,
                clock=ports.clock,
                metrics=ports.metrics,
                audit=audit,
            )
            options = _ingest_options(settings, ports, media, take_over=take_over)
            ingest = IngestService(
                roots=roots, ports=ingest_ports, options=options, on_commit=publisher.wake
            )
            upload_ports = _upload_ports(
                ingest_ports, options, open_spool(settings, ports.folder), ingest.statuses
            )
            yield (
                publisher,
                AuditedIngest(audit=audit, roots=roots, ingest=ingest),
                *upload_landing(settings, upload_ports, roots),
            )
        finally:
            await index.close()


def _upload_ports(
    ports: IngestPorts,
    options: IngestOptions,
    spool: Spool,
    statuses: Callable[[], Sequence[RootStatus]],
) -> UploadPorts:
    def is_ignored(root: Root, path: bytes) -> bool:
        rules = IgnoreFiles(ports.files, root.path, rules_of(root, options), ports.clock)
        return rules.look().ignores(path)

    return UploadPorts(
        spool=spool,
        examiner=Examiner(
            inspector=ports.inspector,
            large=ports.large,
            large_file_bytes=options.large_file_bytes,
        ),
        index=ports.index,
        clock=ports.clock,
        metrics=ports.metrics,
        statuses=statuses,
        is_ignored=is_ignored,
    )


def holder_name(folder: Path) -> str:
    """What an installation is called in the leases of its roots: the same over restarts."""
    return f"{socket.gethostname()}:{folder}"


def _ingest_options(
    settings: Settings, ports: Ports, media: MediaPool, *, take_over: bool
) -> IngestOptions:
    chosen = settings.ingest
    return IngestOptions(
        holder=holder_name(ports.folder),
        take_over=take_over,
        settle_s=chosen.settle_seconds,
        scan_interval_s=chosen.scan_interval_hours * _HOUR_S,
        poll_s=chosen.poll_interval_seconds,
        network_poll_s=chosen.network_poll_interval_seconds,
        watch=chosen.watch,
        hidden=chosen.hidden,
        include=chosen.include,
        exclude=chosen.exclude,
        max_bytes=round(chosen.max_file_mb * _MIB),
        min_bytes=chosen.min_file_bytes,
        concurrency=media.options.workers + 1,
        large_concurrency=media.options.workers,
        readers=chosen.readers,
        large_file_bytes=media.options.large_file_bytes,
    )
