"""What it takes to compare the disk, the catalog, the graph and the cache."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from apollonia.adapters.file_system import LocalFiles
from apollonia.analyze.intake import settled_key
from apollonia.config import Settings
from apollonia.domain.analysis import digest_of, wanted_for
from apollonia.domain.kinds import Kind
from apollonia.ingest.options import IngestOptions
from apollonia.ingest.reconcile.disk_check import DiskCheck
from apollonia.ingest.root.roots import Root
from apollonia.wiring.analyze import analyser_specs
from apollonia.wiring.ingest import holder_name, resolve_roots
from apollonia.wiring.ports import Ports

_MIB = 1 << 20
type Intake = tuple[Callable[[str], str], Callable[[Kind], bytes]]


def disk_check(ports: Ports, settings: Settings) -> DiskCheck:
    """It looks with the same rules as the ingestor."""
    chosen = settings.ingest
    options = IngestOptions(
        holder=holder_name(ports.folder),
        hidden=chosen.hidden,
        include=chosen.include,
        exclude=chosen.exclude,
        max_bytes=round(chosen.max_file_mb * _MIB),
        min_bytes=chosen.min_file_bytes,
    )
    return DiskCheck(files=LocalFiles(), library=ports.library, clock=ports.clock, options=options)


async def cataloged_roots(ports: Ports, settings: Settings) -> Sequence[Root]:
    """The configured roots, or those that an ingestor has reported.

    Raises:
        ConfigurationError: they cannot be cataloged as they are.
    """
    files = settings.files
    if not files.roots:
        reported = [Path(os.fsdecode(it.root)) for it in await ports.control.roots()]
        files = files.model_copy(update={"roots": tuple(reported)})
    return resolve_roots(files, ports.folder)


def intake_memory(settings: Settings) -> Intake:
    """Under which key, and as what, the intake remembers that a content is analysed."""
    specs = analyser_specs(settings)
    return settled_key, lambda kind: digest_of(wanted_for(kind, specs)).encode()
