"""What all roots of one process share: the ports, and the way from a candidate to an entry."""

from collections.abc import Callable
from concurrent.futures import Executor

from apollonia.domain.paths import is_inside
from apollonia.ingest.flow.pipeline import Pipeline
from apollonia.ingest.options import IngestOptions
from apollonia.ingest.ports import IngestPorts
from apollonia.ingest.reconcile.comparing import Digests
from apollonia.ingest.root.watched_root import WatchedRoot, disk_thread
from apollonia.ingest.watch.moves import Moves
from apollonia.ingest.watch.settle import Settle


class Engine:
    """Built once per process; ``on_commit`` is called when there are new events to publish."""

    def __init__(
        self,
        ports: IngestPorts,
        options: IngestOptions,
        on_commit: Callable[[], None],
        new_disk: Callable[[], Executor] = disk_thread,
    ) -> None:
        self.ports = ports
        self.options = options
        self.new_disk = new_disk
        self.roots: list[WatchedRoot] = []
        self.moves = Moves(ports.clock)
        self.digests = Digests(ports.large)
        self.settle = Settle(ports.files, ports.clock, options)
        self.pipeline = Pipeline(
            ports=ports,
            settle=self.settle,
            options=options,
            on_commit=on_commit,
            recheck=self.recheck,
            holding=self._holding,
        )

    def recheck(self, path: bytes, delay: float = 0.0) -> None:
        """Look at this path again, whichever root it is in, ``delay`` seconds from now."""
        for root in self._holding(path):
            root.hints.name(path, delay=delay)

    def top_of(self, path: bytes) -> bytes | None:
        """The root that holds this path."""
        return next((root.path for root in self._holding(path)), None)

    def left(self, folder: bytes) -> None:
        """A folder was moved away from here, and has been looked at where it is now."""
        for root in self._holding(folder):
            if root.watcher is not None:
                root.watcher.remove_under(folder)
            root.trees.add(folder)

    def _holding(self, path: bytes) -> list[WatchedRoot]:
        return [root for root in self.roots if is_inside(path, root.path)]
