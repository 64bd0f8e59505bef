"""Calls on mounts that a server, or another process, stands behind: they may never return.

Such a call cannot be ended, and whoever makes it hangs with it. So it is made in a thread of its
own, which is waited for so long and no longer. Until it returns nothing more is asked of that
mount by the same caller: each caller loses one thread to a dead mount at most.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any, cast

from apollonia.adapters.file_system.mounts import Mounts, MountTable
from apollonia.adapters.file_system.storages import storage_of
from apollonia.domain.paths import display, is_inside
from apollonia.errors import FilesUnavailableError


class Answering:
    """Makes calls about paths; ``limit_s``: so long may a remote mount take for one."""

    def __init__(self, table: MountTable, system: Path, limit_s: float) -> None:
        self._table = table
        self._system = system
        self._limit_s = limit_s
        self._lock = threading.Lock()
        self._mounts: Mounts | None = None
        self._points: list[bytes] = []
        self._lines: dict[tuple[bytes, int], _Line] = {}

    def call[T](self, path: bytes, work: Callable[[], T]) -> T:
        """What ``work`` returns or raises.

        Raises:
            FilesUnavailableError: the mount that the path is on does not answer.
        """
        point = self._point_of(path)
        if point is None:
            return work()
        key = point, threading.get_ident()
        with self._lock:
            line = self._lines.get(key)
            if line is None:
                line = self._lines[key] = _Line()
        answer = line.ask(work, self._limit_s)
        if answer is None:
            raise FilesUnavailableError(
                f"{display(path)}: what is mounted at {display(point)} does not answer"
            )
        return answer.value()

    def _point_of(self, path: bytes) -> bytes | None:
        mounts = self._table.read()
        if mounts is not self._mounts:
            self._points = [
                mount.point
                for mount in mounts.below(b"/")
                if storage_of(mount, self._system).is_remote
            ]
            self._mounts = mounts
        inside = [point for point in self._points if is_inside(path, point)]
        return max(inside, key=len, default=None)


class _Answer[T]:
    """What a call came to."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._value: T | None = None
        self._error: BaseException | None = None
        self.came = threading.Event()

    def work(self) -> None:
        try:
            self._value = self._work()
        except BaseException as error:  # noqa: BLE001 - raised where it was asked for
            self._error = error
        self.came.set()

    def value(self) -> T:
        if self._error is not None:
            raise self._error
        return cast("T", self._value)


class _Line:
    """One caller's thread for one mount. A daemon: the process ends although it hangs."""

    def __init__(self) -> None:
        self._asked: SimpleQueue[_Answer[Any]] = SimpleQueue()
        self._last: _Answer[Any] | None = None
        threading.Thread(target=self._run, name="remote mount", daemon=True).start()

    def ask[T](self, work: Callable[[], T], limit_s: float) -> _Answer[T] | None:
        """``None``: it does not answer, or has not answered the one before."""
        if self._last is not None and not self._last.came.is_set():
            return None
        self._last = answer = _Answer(work)
        self._asked.put(answer)
        return answer if answer.came.wait(limit_s) else None

    def _run(self) -> None:
        while True:
            self._asked.get().work()
