"""What is known of a watched root while its ingestor works."""

from collections.abc import Iterable
from dataclasses import dataclass

from apollonia.domain.kinds import RootState
from apollonia.domain.paths import display, is_inside

MAX_SKIPPED = 100


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in a root that gets no row of its own, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class RootError:
    """What went wrong last: with the root, or with the one file at ``path``."""

    message: str
    path: str | None
    time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RootStatus:
    """Counts since the last scan began; ``rate`` in files/s; lists keep the newest 100.

    ``paused``: a person wants it to rest; ``state`` may still say that the root is unavailable.
    ``remaining_s``: time until nothing is left, while that can be told. ``holder``: whose report
    this is. ``storage``: what kind of disk it is on; ``polled_s``: it is looked at so often, since
    its changes cannot be watched. ``corrupted``: files whose content changed although none of their
    times did.
    """

    root: str
    state: RootState
    message: str | None = None
    found: int = 0
    done: int = 0
    errors: int = 0
    rate: float | None = None
    remaining_s: float | None = None
    paused: bool = False
    last_error: RootError | None = None
    holder: str | None = None
    storage: str | None = None
    polled_s: float | None = None
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


def root_of(path: bytes, roots: Iterable[str]) -> str | None:
    """Which of these roots holds the path, by their names as people see them."""
    shown = display(path).encode("utf-8", "surrogatepass")
    for root in roots:
        if is_inside(shown, root.encode("utf-8", "surrogatepass")):
            return root
    return None
