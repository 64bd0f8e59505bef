"""Both halves of a move, joined by inotify's cookie; shared by all roots of the process."""

from typing import NamedTuple

from apollonia.ingest.root.watched_root import WatchedRoot
from apollonia.ports.clock import Clock

_REMEMBERED_S = 5.0


class Departed(NamedTuple):
    """The first half: something left this path of this root.

    ``was_quiet``: it was a file, and as it was cataloged.
    """

    root: WatchedRoot
    path: bytes
    is_folder: bool
    moment: float
    was_quiet: bool = False


class Moves:
    """First halves that wait for their second; those that get none were moved out."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._departed: dict[int, Departed] = {}

    def departed(
        self,
        cookie: int,
        root: WatchedRoot,
        path: bytes,
        *,
        is_folder: bool,
        was_quiet: bool = False,
    ) -> None:
        """Something left; old ones are forgotten."""
        now = self._clock.monotonic()
        while self._departed:
            oldest = next(iter(self._departed))
            if self._departed[oldest].moment > now - _REMEMBERED_S:
                break
            del self._departed[oldest]
        self._departed[cookie] = Departed(root, path, is_folder, now, was_quiet)

    def arrived(self, cookie: int) -> Departed | None:
        """Where what arrived came from; ``None``: from outside of all roots."""
        return self._departed.pop(cookie, None)
