"""What media workers may cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaOptions:
    """Limits of the pool and of each worker.

    ``file_time_limit_s`` is the longest silence of a worker that is at work, ``batch_time_limit_s``
    the longest for one whole batch. ``queue_limit`` callers may wait for a worker, no more.
    """

    workers: int = 2
    file_time_limit_s: float = 30.0
    batch_time_limit_s: float = 300.0
    start_time_limit_s: float = 30.0
    memory_limit_bytes: int = 2 << 30
    pixel_limit: int = 100_000_000
    recycle_after: int = 20_000
    recycle_rss_bytes: int = 512 << 20
    large_file_bytes: int = 4 << 20
    tries: int = 2
    queue_limit: int = 1024
    nice: int = 5
