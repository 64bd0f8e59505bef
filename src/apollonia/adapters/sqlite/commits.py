"""Hearing of commits to an SQLite file, by whichever process or connection."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

_LIMIT_S = 5.0


class Commits:
    """One thread for each file, in place of everybody's own looking whether there is news.

    ``on_commit`` is called on the event loop that called ``start``, within ``every_s`` of a commit:
    once for several. While the file cannot be read it is called each time: nobody knows then.
    """

    def __init__(self, path: Path, on_commit: Callable[[], None], *, every_s: float) -> None:
        self._path = path
        self._on_commit = on_commit
        self._every_s = every_s
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; once is enough."""
        if self._thread is None:
            loop = asyncio.get_running_loop()
            self._thread = threading.Thread(
                target=self._watch, args=(loop,), name=f"commits-{self._path.stem}", daemon=True
            )
            self._thread.start()

    async def stop(self) -> None:
        """End the thread; idempotent."""
        self._stopped.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, _LIMIT_S)

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        while not self._stopped.is_set():
            with suppress(sqlite3.Error), closing(self._connect()) as raw:
                self._follow(raw, loop)
            self._tell(loop)
            self._stopped.wait(self._every_s)

    def _connect(self) -> sqlite3.Connection:
        uri = f"{self._path.absolute().as_uri()}?mode=ro"
        return sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None)

    def _follow(self, raw: sqlite3.Connection, loop: asyncio.AbstractEventLoop) -> None:
        """Until stopped, or the file cannot be read."""
        seen = None
        while not self._stopped.is_set():
            (version,) = raw.execute("PRAGMA data_version").fetchone()
            if version != seen:
                seen = version
                self._tell(loop)
            self._stopped.wait(self._every_s)

    def _tell(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            loop.call_soon_threadsafe(self._on_commit)
        except RuntimeError:  # the loop is closed
            self._stopped.set()
