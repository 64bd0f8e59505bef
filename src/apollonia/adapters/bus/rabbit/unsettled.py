"""Which deliveries of a channel are still ours, and how to settle them in few words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """Settle everything up to ``upto`` (0: nothing) in one word, then the ``singles``."""

    upto: int
    singles: Sequence[int]


class Unsettled:
    """Tags in the order in which the broker gave them out, which is ascending."""

    def __init__(self) -> None:
        self._tags: dict[int, None] = {}

    def __len__(self) -> int:
        return len(self._tags)

    def __contains__(self, tag: int) -> bool:
        return tag in self._tags

    def add(self, tag: int) -> None:
        """One more was delivered."""
        self._tags[tag] = None

    def settle(self, tags: Collection[int]) -> Plan:
        """Forget them. "Up to" reaches as far as nothing else would be settled along with them."""
        chosen = {tag for tag in tags if tag in self._tags}
        upto = 0
        for tag in self._tags:
            if tag not in chosen:
                break
            upto = tag
        singles = sorted(tag for tag in chosen if tag > upto)
        for tag in chosen:
            del self._tags[tag]
        return Plan(upto, singles)
