"""The part of the catalog that a batch touches, while the batch is worked in."""

from collections.abc import Iterable

from apollonia.domain.ids import uuid5_of
from apollonia.domain.ordering import Version
from apollonia.domain.place import Place, Tombstone


class Board:
    """Places by path and by id, and what stays of those that left.

    A path always has its mark, the version of the newest event that touched it: in its place or,
    where there is none, in its tombstone. So a late event is known as late whatever came before.
    """

    def __init__(self, places: Iterable[Place], tombstones: Iterable[Tombstone]) -> None:
        self._by_id = {place.id: place for place in places}
        self._by_path = {place.path: place for place in self._by_id.values()}
        self._tombs = {tomb.path: tomb.version for tomb in tombstones}
        self._before = dict(self._by_id)
        self._tombs_before = dict(self._tombs)

    def at(self, path: bytes) -> Place | None:
        """The place at a path."""
        return self._by_path.get(path)

    def by_id(self, id_: str | None) -> Place | None:
        """The place with an id."""
        return None if id_ is None else self._by_id.get(id_)

    def mark(self, path: bytes) -> Version | None:
        """The version of the newest event that touched the path."""
        place = self._by_path.get(path)
        return place.version if place is not None else self._tombs.get(path)

    def put(self, place: Place) -> None:
        """A place as it is now; it leaves the path that it had before."""
        old = self._by_id.get(place.id)
        if old is not None and old.path != place.path and self._by_path.get(old.path) is old:
            del self._by_path[old.path]
        self._by_id[place.id] = place
        self._by_path[place.path] = place
        self._tombs.pop(place.path, None)

    def bury(self, path: bytes, version: Version) -> None:
        """There is nothing at the path since ``version``."""
        self._tombs[path] = version

    def swap(self, one: Place, other: Place) -> None:
        """Two places exchange their paths; each takes over the mark of the path it gets."""
        self._by_id[one.id], self._by_id[other.id] = one, other
        self._by_path[one.path], self._by_path[other.path] = one, other

    def free_id(self, path: bytes, wanted: str | None, message_id: str) -> str:
        """The id of a new place: the wanted one, or that of its path, or one of its own."""
        if wanted is not None and wanted not in self._by_id:
            return wanted
        derived = uuid5_of(path)
        if derived not in self._by_id:
            return derived
        return uuid5_of(path + b"\0" + message_id.encode())

    def touched(self) -> list[Place]:
        """The places that are new or other than before."""
        return [place for id_, place in self._by_id.items() if self._before.get(id_) != place]

    def is_new(self, id_: str) -> bool:
        """Whether the catalog did not have this place."""
        return id_ not in self._before

    def buried(self) -> list[Tombstone]:
        """The tombstones that are new or newer than before."""
        return [
            Tombstone(path, version)
            for path, version in self._tombs.items()
            if self._tombs_before.get(path) != version
        ]

    def unburied(self) -> list[bytes]:
        """The paths whose tombstones are no longer needed."""
        return [path for path in self._tombs_before if path not in self._tombs]
