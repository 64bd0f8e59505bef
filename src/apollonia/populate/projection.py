"""From file events to places: pure rules that end the same in whatever order events come.

For each path the newest event that touched it decides (a move touches two): that of arrival leaves
a row with the event's facts, that of departure none. Ids are kept as well as the events allow:

- a known path keeps its id, whatever ``file_id`` says;
- a move takes the id along with everything that hangs on it, and gets it later where an event of
  the new path overtook the move and had to take an id of its own;
- an id that another path has already is not taken away by anything but a move.

A late event changes no row, but may show that the file was there earlier (``added_time``).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from apollonia.domain.ids import uuid5_of
from apollonia.domain.kinds import Availability
from apollonia.domain.ordering import Version
from apollonia.domain.place import Place, Tombstone
from apollonia.messages import FileEvent, FileEventType
from apollonia.populate.board import Board
from apollonia.populate.facts import place_from
from apollonia.ports.catalog import PendingChange

_DERIVED = "5"  # the version digit of a UUID that follows from a path


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """A file event with its message's id, its raw paths and its version, computed once."""

    message_id: str
    event: FileEvent
    path: bytes
    moved_from: bytes | None
    version: Version

    @classmethod
    def of(cls, message_id: str, event: FileEvent) -> "SeenEvent":
        """The event as the projection reads it."""
        version = Version(event.timestamp, message_id)
        return cls(message_id, event, event.raw_path(), event.raw_moved_from(), version)


@dataclass(frozen=True, slots=True)
class Projection:
    """What a batch makes of the catalog; ``events`` are its events, oldest first.

    ``place_ids`` says for each event's message id which place it told about.
    """

    places: Sequence[Place]
    tombstones: Sequence[Tombstone]
    unburied: Sequence[bytes]
    changes: Sequence[PendingChange]
    events: Sequence[SeenEvent]
    place_ids: dict[str, str]


def paths_of(events: Iterable[SeenEvent]) -> set[bytes]:
    """The paths whose places and tombstones the projection must know."""
    paths: set[bytes] = set()
    for seen in events:
        paths.add(seen.path)
        if seen.moved_from is not None:
            paths.add(seen.moved_from)
    return paths


def ids_of(events: Iterable[SeenEvent], places: Iterable[Place]) -> set[str]:
    """The ids whose places it must know as well, given those known so far.

    Those that the events name, and those that follow from a path where the named one is taken.
    """
    paths = {place.id: place.path for place in places}
    ids: set[str] = set()
    for seen in events:
        id_ = seen.event.file_id
        if id_ is not None:
            ids.add(id_)
            taken = paths.setdefault(id_, seen.path) != seen.path
        if id_ is None or taken:
            ids.add(uuid5_of(seen.path))
    return ids


class BatchProjection:
    """Works a batch of new events in, oldest first; each counts once however often it is there.

    ``places`` and ``tombstones`` are those that the catalog has at ``paths_of`` and ``ids_of``.
    """

    def __init__(
        self,
        events: Sequence[SeenEvent],
        *,
        places: Iterable[Place],
        tombstones: Iterable[Tombstone],
    ) -> None:
        self._board = Board(places, tombstones)
        new: dict[str, SeenEvent] = {}
        for seen in events:
            new.setdefault(seen.message_id, seen)
        self._events = sorted(new.values(), key=lambda seen: seen.version)
        self._place_ids: dict[str, str] = {}

    def portions(self, number: int) -> Iterator[None]:
        """Work all events in; pauses after every ``number`` of them."""
        for count, seen in enumerate(self._events, 1):
            self._place_ids[seen.message_id] = _apply(self._board, seen)
            if count % number == 0:
                yield

    def result(self) -> Projection:
        """What the events make of the catalog."""
        touched = self._board.touched()
        return Projection(
            places=touched,
            tombstones=self._board.buried(),
            unburied=self._board.unburied(),
            changes=[_change(place, new=self._board.is_new(place.id)) for place in touched],
            events=self._events,
            place_ids=self._place_ids,
        )


def _apply(board: Board, seen: SeenEvent) -> str:
    """Work one event in; the id of the place it is about."""
    source = _source(board, seen)
    mark = board.mark(seen.path)
    late = mark is not None and seen.version <= mark
    if not late:
        _arrive(board, seen, source)
    _claim(board, seen)
    if source is not None:
        _leave(board, source, seen.version)
    _notice_age(board, seen)
    at = board.at(seen.path)
    return at.id if at is not None else seen.event.place_id()


def _source(board: Board, seen: SeenEvent) -> bytes | None:
    """The path that a move leaves; a restored file may leave the path it was trashed from."""
    if seen.event.event_type is not FileEventType.MOVED_TO:
        return None
    path = seen.moved_from
    if path is None:
        trashed = board.by_id(seen.event.file_id)
        if trashed is None or trashed.availability is Availability.PRESENT:
            return None
        path = trashed.path
    if path == seen.path:
        return None
    mark = board.mark(path)
    return path if mark is None or seen.version > mark else None


def _arrive(board: Board, seen: SeenEvent, source: bytes | None) -> None:
    """The newest event of a path: its facts are what is there."""
    known = board.at(seen.path)
    if known is None and source is not None:
        known = board.at(source)
    if known is not None:
        id_ = known.id
    else:
        id_ = board.free_id(seen.path, seen.event.file_id, seen.message_id)
    board.put(place_from(seen.event, seen.path, seen.version, id_=id_, known=known))


def _claim(board: Board, seen: SeenEvent) -> None:
    """A move brings its file's id to a path that had to take a derived one before."""
    if seen.event.event_type is not FileEventType.MOVED_TO:
        return
    here, holder = board.at(seen.path), board.by_id(seen.event.file_id)
    if here is None or holder is None or here is holder or here.id[14] != _DERIVED:
        return
    if holder.version < seen.version:
        board.swap(
            replace(here, id=holder.id, added_time=holder.added_time),
            replace(holder, id=here.id, added_time=here.added_time),
        )


def _leave(board: Board, path: bytes, version: Version) -> None:
    """What did not go along with the move is missing since."""
    left = board.at(path)
    if left is None:
        board.bury(path, version)
        return
    board.put(
        replace(
            left,
            availability=Availability.MISSING,
            missing_since=version.timestamp,
            version=version,
        )
    )


def _notice_age(board: Board, seen: SeenEvent) -> None:
    known = board.by_id(seen.event.file_id) or board.at(seen.path)
    if known is not None and seen.version.timestamp < known.added_time:
        board.put(replace(known, added_time=seen.version.timestamp))


def _change(place: Place, *, new: bool) -> PendingChange:
    return PendingChange("file", place.id, "created" if new else "updated", place.version.timestamp)
