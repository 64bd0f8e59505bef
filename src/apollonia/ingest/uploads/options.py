"""How uploads land."""

from dataclasses import dataclass, field

from apollonia.ingest.root.roots import Root
from apollonia.ingest.uploads.naming import NamingRules


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadOptions:
    """Times in seconds, sizes in bytes.

    ``roots`` take uploads, the first one those that name none; ``margin_bytes`` stay free on their
    disks. ``stall_s``: how long a disk may take for one upload, and a second more for each MB.
    """

    roots: tuple[Root, ...]
    naming: NamingRules = field(default_factory=NamingRules.standard)
    margin_bytes: int = 256 << 20
    poll_s: float = 2.0
    first_wait_s: float = 5.0
    longest_wait_s: float = 900.0
    stall_s: float = 60.0
    stop_s: float = 3.0
    upkeep_s: float = 3600.0
    unfinished_s: float = 24 * 3600.0
    results_s: float = 30 * 86_400.0
