"""A file's neighbours as a reader sees them, from both ends."""

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.columns import short_hash
from apollonia.adapters.catalog.stored_places import read_places
from apollonia.adapters.database.bulk import run
from apollonia.domain.neighbours import MAX_NEIGHBOURS, FolderNeighbours, Role
from apollonia.domain.paths import folder_of, name_of, path_key
from apollonia.domain.place import Place
from apollonia.ports.library import NeighborFact


def neighbors_of(connection: Connection, place: Place) -> Sequence[NeighborFact]:
    """What the file names, nearest first, then what names it; at most 256, each path once.

    A subtitle that came after its film is named by no event of the film: its role follows from
    the two names, as it would have then.
    """
    keys = {path_key(relation.path): relation.path for relation in place.neighbors}
    found = read_places(connection, "path_key", keys, neighbors=False)
    at = {it.path: it for it in found.values()}
    facts = {
        it.path: NeighborFact(it.path, it.role, it.language, it.forced, at.get(it.path))
        for it in place.neighbors
        if it.path != place.path
    }
    for other in _that_name(connection, place):
        facts.setdefault(other.path, _seen_from(place, other))
    return tuple(facts.values())[:MAX_NEIGHBOURS]


def _seen_from(place: Place, other: Place) -> NeighborFact:
    mine, theirs = name_of(place.path), name_of(other.path)
    if folder_of(place.path) == folder_of(other.path):
        for it in FolderNeighbours.of((mine, theirs)).neighbours(mine)[0]:
            return NeighborFact(other.path, it.role, it.language, it.forced, other)
    return NeighborFact(other.path, Role.SIBLING, None, False, other)


def _that_name(connection: Connection, place: Place) -> list[Place]:
    rows = run(
        connection,
        "SELECT file FROM file_neighbors WHERE path_hash = ? AND path = ? ORDER BY file LIMIT ?",
        (short_hash(place.path), place.path, 2 * MAX_NEIGHBOURS),
    )
    found = read_places(connection, "number", (row[0] for row in rows), neighbors=False)
    return [found[number] for number in sorted(found) if found[number].id != place.id]
