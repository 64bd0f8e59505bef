"""The watcher of one root: opened, listened to, and opened again when the system refuses one."""

import asyncio
from collections.abc import Callable

from apollonia.errors import FilesUnavailableError
from apollonia.ingest.engine import Engine
from apollonia.ingest.reconcile.places import find_places
from apollonia.ingest.root.watched_root import WatchedRoot
from apollonia.ingest.watch.watching import Watching
from apollonia.observe.logs import get_logger

log = get_logger(__name__)


class Watches:
    """Good for one session of a root. ``ask_scan`` as for ``Watching``."""

    def __init__(self, root: WatchedRoot, engine: Engine, ask_scan: Callable[[str], None]) -> None:
        self._root = root
        self._files = engine.ports.files
        self._clock = engine.ports.clock
        self._options = engine.options
        own = root.root.choices.poll_s
        self._every_s = engine.options.poll_s if own is None else own
        self._ask_scan = ask_scan
        self._watching = Watching(root, engine, ask_scan)
        degraded = engine.ports.metrics.degraded.labels(root.root.name)
        degraded.set_function(lambda: float(root.progress.is_degraded))

    async def open(self) -> None:
        """Before the first scan: it sets the watches."""
        root = self._root
        root.unwatched.clear()
        root.heard_all = False
        loop = asyncio.get_running_loop()
        root.places = await loop.run_in_executor(
            root.disk, find_places, self._files, root.path, self._options.watch
        )
        root.progress.storage = root.places.storage.kind.value
        self._try()

    async def run(self) -> None:
        """Until cancelled. Without a watcher the root is polled meanwhile."""
        if self._options.watch == "never":
            return
        while self._root.watcher is None:
            await self._clock.sleep(self._every_s)
            if self._try():
                self._ask_scan("folders can be watched again")
        await self._watching.run(self._root.watcher)

    def close(self) -> None:
        """Let go of all watches."""
        watcher, self._root.watcher = self._root.watcher, None
        if watcher is not None:
            watcher.close()

    def _try(self) -> bool:
        root = self._root
        if self._options.watch == "never":
            return False
        try:
            root.watcher = self._files.watch()
        except FilesUnavailableError as error:
            words = f"{error.message} It is polled every {self._every_s:g} s."
            root.progress.trouble("watch", words)
            return False
        root.progress.trouble("watch", None)
        if not root.places.is_polled(root.path):
            root.progress.polled_s = None
        return True
