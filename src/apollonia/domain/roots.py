"""What is known of a watched root while its ingestor works."""

from dataclasses import dataclass

from apollonia.domain.kinds import RootState

MAX_SKIPPED = 100


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in a root that gets no row of its own, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RootStatus:
    """Counts since the last scan began; ``rate`` in files/s; lists keep the newest 100.

    ``corrupted``: files whose content changed although none of their times did.
    """

    root: str
    state: RootState
    message: str | None = None
    found: int = 0
    done: int = 0
    errors: int = 0
    rate: float | None = None
    skipped: tuple[Skipped, ...] = ()
    skipped_count: int = 0
    corrupted: tuple[Skipped, ...] = ()
    corrupted_count: int = 0
    last_scan_time: str | None = None
    updated_time: str | None = None

    @property
    def left(self) -> int:
        """Found but not yet done."""
        return max(0, self.found - self.done)
