"""How ingest behaves; every value has a default that suits a laptop."""

from dataclasses import dataclass

from apollonia.ingest.reconcile.places import WatchMode


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestOptions:
    """Times in seconds, sizes in bytes.

    ``concurrency`` is how many batches are with the media workers at once: workers + 1.
    ``large_concurrency`` is how many large files are read at once from one fast device: cores.
    ``readers`` sets both for each device, whatever its kind; 0: by its kind (``widths.py``).
    ``holder`` names this installation in the leases of its roots; the same name may take a lease
    over at once, so it stays the same over restarts. ``take_over``: they are taken from whoever
    has them, once. ``include`` and ``exclude`` are patterns
    as in ``.gitignore``; files larger than ``max_bytes`` or smaller than ``min_bytes`` are not read
    (0: no limit). What a root's ``RootChoices`` say comes first.
    """

    holder: str = "ingest"
    settle_s: float = 1.0
    settle_limit_s: float = 60.0
    burst_s: float = 0.05
    move_wait_s: float = 0.2
    concurrency: int = 3
    large_concurrency: int = 2
    readers: int = 0
    large_file_bytes: int = 4 << 20
    batch_files: int = 64
    batch_bytes: int = 32 << 20
    queue_files: int = 1024
    commit_files: int = 512
    chunk_entries: int = 2000
    watch: WatchMode = "auto"
    poll_s: float = 10.0
    network_poll_s: float = 60.0
    root_poll_s: float = 5.0
    control_poll_s: float = 1.5
    status_s: float = 0.5
    scan_interval_s: float = 6 * 3600.0
    lease_ttl_s: float = 30.0
    take_over: bool = False
    tombstone_days: int = 90
    check_poll_s: float = 5.0
    hidden: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    max_bytes: int = 0
    min_bytes: int = 0
    guard_files: int = 20
    guard_share: float = 0.5
    stop_grace_s: float = 3.0
