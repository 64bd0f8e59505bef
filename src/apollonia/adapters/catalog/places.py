"""Writing places: the row, its media, its neighbours and its shelf's counts, many at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.columns import columns_of, duration_of, shelf_of, short_hash
from apollonia.adapters.catalog.numbers import new_file_numbers
from apollonia.adapters.catalog.overlay import with_edits
from apollonia.adapters.catalog.rows import json_bytes
from apollonia.adapters.catalog.shelves import ShelfCounts
from apollonia.adapters.catalog.terms import delete_terms, insert_terms
from apollonia.adapters.catalog.vectors import vector_of
from apollonia.adapters.database.bulk import (
    change_by_keys,
    driver_of,
    insert_rows,
    replacing,
    select_by_keys,
    update_rows,
)
from apollonia.adapters.database.schema import FILE_MEDIA, FILE_NEIGHBORS, FILES
from apollonia.domain.neighbours import MAX_NEIGHBOURS
from apollonia.domain.paths import display, path_key
from apollonia.domain.place import Place
from apollonia.errors import ConflictError

_BY_US = ("number", "shelf")
_COLUMNS = (*_BY_US, *(column.name for column in FILES.columns if column.name not in _BY_US))
_MEDIA = tuple(column.name for column in FILE_MEDIA.columns)
_NEIGHBORS = tuple(column.name for column in FILE_NEIGHBORS.columns)
_KNOWN = "SELECT id, number, shelf, size, duration_ms, path_key FROM files WHERE id IN {keys}"
_OWNERS = "SELECT path_key, id FROM files WHERE path_key IN {keys}"


class _Known(NamedTuple):
    number: int
    shelf: int
    size: int
    duration_ms: int
    path_key: bytes


def save_places(connection: Connection, places: Sequence[Place], counts: ShelfCounts) -> None:
    """Insert or replace by id; of two with one id the later one counts.

    Raises:
        ConflictError: a path belongs to another id.
    """
    newest = with_edits(connection, {place.id: place for place in places})
    known = {row[0]: _Known(*row[1:]) for row in select_by_keys(connection, _KNOWN, newest)}
    old = [place for place in newest.values() if place.id in known]
    new = [place for place in newest.values() if place.id not in known]
    moved = [place for place in old if known[place.id].path_key != path_key(place.path)]
    _refuse_conflicts(connection, newest, (*moved, *new))
    new_numbers = new_file_numbers(connection, [place.id for place in new])
    numbers = {place.id: number for place, number in zip(new, new_numbers, strict=True)}
    numbers |= {place.id: known[place.id].number for place in old}

    # Let go of the paths that files leave, so that others of this batch may take them.
    left = [(place.id.encode(), known[place.id].number) for place in moved]
    update_rows(connection, "files", "number", ("path_key",), left)
    columns = (*_COLUMNS, *driver_of(connection).vector_columns)
    rows = _rows(connection, old, numbers, counts)
    insert_rows(connection, "files", columns, rows, otherwise=replacing("number", columns))
    rows = _rows(connection, new, numbers, counts)
    insert_rows(connection, "files", columns, rows)
    for place in old:
        before = known[place.id]
        counts.add(before.shelf, size=before.size, duration_ms=before.duration_ms, sign=-1)
    _save_parts(connection, old, new, numbers)


def _refuse_conflicts(
    connection: Connection, newest: Mapping[str, Place], claiming: Iterable[Place]
) -> None:
    """Two ids for one path, within the batch or with a file that stays where it is."""
    claims: dict[bytes, Place] = {}
    for place in newest.values():
        other = claims.setdefault(path_key(place.path), place)
        if other is not place:
            raise _claimed_twice(place, other.id)
    keys = [path_key(place.path) for place in claiming]
    for key, owner in select_by_keys(connection, _OWNERS, keys):
        if owner not in newest:
            raise _claimed_twice(claims[key], owner)


def _rows(
    connection: Connection,
    places: Sequence[Place],
    numbers: Mapping[str, int],
    counts: ShelfCounts,
) -> Iterator[tuple[Any, ...]]:
    shelves = [shelf_of(place) for place in places]
    shelf_numbers = counts.numbers(connection, shelves)
    with_vector = bool(driver_of(connection).vector_columns)

    def rows() -> Iterator[tuple[Any, ...]]:
        for place, shelf in zip(places, shelves, strict=True):
            number = shelf_numbers[shelf]
            counts.add(number, size=place.size, duration_ms=duration_of(place))
            columns = columns_of(place)
            row = (numbers[place.id], number, *columns.values())
            yield (*row, vector_of(columns)) if with_vector else row

    return rows()


def _save_parts(
    connection: Connection,
    old: Sequence[Place],
    new: Sequence[Place],
    numbers: Mapping[str, int],
) -> None:
    replaced = [numbers[place.id] for place in old]
    change_by_keys(connection, "DELETE FROM file_media WHERE file IN {keys}", replaced)
    change_by_keys(connection, "DELETE FROM file_neighbors WHERE file IN {keys}", replaced)
    places = (*old, *new)
    media = (
        (
            numbers[place.id],
            json_bytes(place.media),
            json_bytes(place.found),
            json_bytes(place.edited),
        )
        for place in places
        if not (place.media is None and place.found is None and place.edited is None)
    )
    insert_rows(connection, "file_media", _MEDIA, media)
    delete_terms(connection, replaced)
    insert_terms(connection, [(numbers[place.id], place) for place in places])
    neighbors = (
        (
            numbers[place.id],
            rank,
            short_hash(it.path),
            it.path,
            it.role.value,
            it.language,
            it.forced,
        )
        for place in places
        for rank, it in enumerate(place.neighbors[:MAX_NEIGHBOURS])
    )
    insert_rows(connection, "file_neighbors", _NEIGHBORS, neighbors)


def _claimed_twice(place: Place, owner: str) -> ConflictError:
    return ConflictError(
        f"{display(place.path)} belongs to file {owner}; file {place.id} cannot have it too"
    )
