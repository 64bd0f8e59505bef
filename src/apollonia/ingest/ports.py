"""What ingest stands on."""

from dataclasses import dataclass

from apollonia.ingest.audit import Audit
from apollonia.ingest.flow.inspector import Inspector, LargeHasher
from apollonia.observe.metrics import Metrics
from apollonia.ports.clock import Clock
from apollonia.ports.control import Control
from apollonia.ports.file_system import FileSystem
from apollonia.ports.index import Index


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestPorts:
    """The ports of one process, for all of its roots.

    ``audit`` compares the index with the catalog, where somebody else had a root last.
    """

    files: FileSystem
    index: Index
    inspector: Inspector
    large: LargeHasher
    control: Control
    clock: Clock
    metrics: Metrics
    audit: Audit | None = None
