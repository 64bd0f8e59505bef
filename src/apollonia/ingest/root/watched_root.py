"""What everyone who works on one root shares."""

from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field

from apollonia.ingest.reconcile.places import Places
from apollonia.ingest.root.gate import Gate
from apollonia.ingest.root.progress import Progress
from apollonia.ingest.root.roots import Root
from apollonia.ingest.selection.ignore_files import IgnoreFiles
from apollonia.ingest.selection.rules import Rules
from apollonia.ingest.watch.hints import Hints
from apollonia.ingest.watch.trees import Trees
from apollonia.ports.file_system import Watcher


def disk_thread() -> Executor:
    """A thread of its own for each root's disk."""
    return ThreadPoolExecutor(1, thread_name_prefix="disk")


@dataclass(slots=True)
class WatchedRoot:
    """One root at work. ``owned``: this process has its lease; without it nothing is committed.

    ``gate`` is closed while it is paused.
    ``disk`` is the thread in which its folders are read: a hanging disk holds up only its root.
    ``device`` is the one it was on when the session began. ``heard_all``: since a scan ended no
    event was lost. ``looking``: so many looks are under way. ``refused`` files and ``closed``
    folders may not be read, as far as they were met and there is room: nobody tells when that ends.
    """

    root: Root
    rules: Rules
    ignore_files: IgnoreFiles
    hints: Hints
    trees: Trees
    progress: Progress
    disk: Executor
    gate: Gate = field(default_factory=Gate)
    owned: bool = False
    device: int | None = None
    heard_all: bool = False
    overflows: int = 0
    looking: int = 0
    known_at_scan: int = 0
    gone_since_scan: int = 0
    refused: set[bytes] = field(default_factory=set)
    closed: set[bytes] = field(default_factory=set)
    watcher: Watcher | None = None
    places: Places = field(default_factory=Places)
    unwatched: dict[bytes, str] = field(default_factory=dict)

    @property
    def path(self) -> bytes:
        """The root's folder."""
        return self.root.path
