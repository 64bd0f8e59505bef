"""Whether anybody has committed to an SQLite file, told by a look at its log: no visit, no lock."""

import time
from pathlib import Path

_TICK_NS = 100_000_000  # times of files move in steps of some milliseconds


def mark_of(log: Path) -> tuple[int, int, int] | None:
    """Of a write-ahead log: another one after every commit; ``None`` while that cannot be told.

    So it is without a log, and when the log was written just now: a commit in the same step of the
    file system's clock would leave the same time.
    """
    try:
        state = log.stat()
    except OSError:
        return None
    if time.time_ns() - state.st_mtime_ns < _TICK_NS:
        return None
    return state.st_ino, state.st_size, state.st_mtime_ns
