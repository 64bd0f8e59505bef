"""The watcher of ``FakeFiles``."""

import asyncio
from collections.abc import Callable, Sequence

from apollonia.domain.paths import is_inside
from apollonia.ports.file_system import WatchEvent, What


class FakeWatcher:
    """``Watcher`` that hears what ``FakeFiles`` is told to do.

    A watch stays on its folder when that is renamed, and goes on telling the old path until the
    folder is added under its new one, as inotify's do.
    """

    def __init__(self, check: Callable[[bytes], None]) -> None:
        self._check = check
        self._names: dict[bytes, bytes] = {}  # where a watched folder is → under which path known
        self._events: list[WatchEvent] = []
        self._came = asyncio.Event()
        self._closed = False

    @property
    def count(self) -> int:
        """Folders watched."""
        return len(self._names)

    def add(self, folder: bytes) -> None:
        """Raises for a folder that is missing or ``unwatchable``."""
        self._check(folder)
        self._names[folder] = folder

    def remove_under(self, folder: bytes) -> None:
        """By the path under which they are known."""
        for there, known in list(self._names.items()):
            if is_inside(known, folder):
                del self._names[there]

    async def next(self) -> Sequence[WatchEvent]:
        """All that has happened since the last call."""
        while not self._events:
            self._came.clear()
            await self._came.wait()
        events, self._events = self._events, []
        return events

    def close(self) -> None:
        """Hear nothing more."""
        self._closed = True
        self._names.clear()

    def tell(self, event: WatchEvent) -> None:
        """Something happened."""
        known = self._names.get(event.folder)
        if known is not None:
            self._put(event._replace(folder=known))

    def moved(self, folder: bytes, new: bytes) -> None:
        """A folder was renamed: its watches, and those below, go with it."""
        for there in list(self._names):
            if is_inside(there, folder):
                self._names[new + there[len(folder) :]] = self._names.pop(there)

    def gone(self, folder: bytes) -> None:
        """A folder was deleted."""
        known = self._names.pop(folder, None)
        if known is not None:
            self._put(WatchEvent(What.FOLDER_GONE, known))

    def hide(self, folder: bytes) -> None:
        """A disk was mounted over a folder: nothing is heard of what is beneath."""
        for there in [path for path in self._names if is_inside(path, folder)]:
            del self._names[there]

    def overflow(self) -> None:
        """Everything that waits is lost."""
        self._events.clear()
        if not self._closed:
            self._put(WatchEvent(What.OVERFLOW))

    def _put(self, event: WatchEvent) -> None:
        self._events.append(event)
        self._came.set()
