"""Whether anybody has committed to an SQLite file, told by a look at its log: no visit, no lock."""

import os
import time
from pathlib import Path

_TICK_NS = 100_000_000  # times of files move in steps of some milliseconds


def mark_of(file: Path) -> tuple[int, int, int] | None:
    """Another one after every commit; ``None`` while that cannot be told.

    So it is without a log, and when the log was written just now: a commit in the same step of the
    file system's clock would leave the same time.
    """
    try:
        log = os.stat(f"{file}-wal")  # noqa: PTH116 - a path of text is all there is
    except OSError:
        return None
    if time.time_ns() - log.st_mtime_ns < _TICK_NS:
        return None
    return log.st_ino, log.st_size, log.st_mtime_ns
