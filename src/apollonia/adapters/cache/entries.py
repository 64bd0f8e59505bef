"""What a cache keeps: bounded by number and by bytes, the least recently used goes first."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

_OVERHEAD = 200  # roughly what an entry costs beside its key and value, in bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """A value until ``ends`` (monotonic seconds)."""

    value: bytes
    ends: float
    tags: frozenset[str]


class Entries:
    """Keys to entries, and tags to keys."""

    def __init__(self, *, max_bytes: int, max_count: int) -> None:
        self._max_bytes = max_bytes
        self._max_count = max_count
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._tagged: dict[str, set[str]] = {}
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str, now: float) -> bytes | None:
        """The value, now the most recently used; what has ended is forgotten."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.ends <= now:
            self.drop(key)
            return None
        self._entries.move_to_end(key)
        return entry.value

    def ends(self, key: str) -> float:
        """When a kept entry ends."""
        return self._entries[key].ends

    def put(self, key: str, entry: Entry) -> None:
        """Keep it, at the cost of others; a value larger than everything allowed is not kept."""
        self.drop(key)
        if _size(key, entry) > self._max_bytes:
            return
        self._entries[key] = entry
        self.bytes += _size(key, entry)
        for tag in entry.tags:
            self._tagged.setdefault(tag, set()).add(key)
        while self.bytes > self._max_bytes or len(self._entries) > self._max_count:
            self.drop(next(iter(self._entries)))

    def drop(self, key: str) -> None:
        """Forget a key."""
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self.bytes -= _size(key, entry)
        for tag in entry.tags:
            keys = self._tagged[tag]
            keys.discard(key)
            if not keys:
                del self._tagged[tag]

    def drop_tags(self, tags: Iterable[str]) -> None:
        """Forget everything that carries one of the tags."""
        for tag in tags:
            for key in tuple(self._tagged.get(tag, ())):
                self.drop(key)


def _size(key: str, entry: Entry) -> int:
    return len(key) + len(entry.value) + sum(map(len, entry.tags)) + _OVERHEAD
