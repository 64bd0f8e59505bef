"""What a filter selects: the shelves that match, and the rest as a condition on files."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.columns import HEAD_BYTES, short_hash
from apollonia.adapters.database.bulk import read_rows
from apollonia.adapters.database.columns import Columns
from apollonia.domain.paging import FileFilter


class ShelfRow(NamedTuple):
    """A shelf with what it holds."""

    number: int
    root: str
    kind: str
    format: str
    availability: str
    status: str
    files: int
    size: int
    duration_ms: int


ANY_INDEX = ""
"""SQLite decides itself what to find by."""

_SHELF = Columns(*ShelfRow._fields)


@dataclass(frozen=True, slots=True)
class Condition:
    """Part of a ``WHERE``, with the values of its question marks; empty: no restriction.

    ``index`` is the one that finds the files by this condition alone.
    """

    sql: str = ""
    values: tuple[Any, ...] = ()
    index: str = "ix_files_shelf_path_head_id"

    def __bool__(self) -> bool:
        return bool(self.sql)

    def __add__(self, other: "Condition") -> "Condition":
        """Both; found by the index of this one."""
        return Condition(self.sql + other.sql, self.values + other.values, self.index)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a filter without its words selects: files of these shelves inside the folder."""

    shelves: Sequence[ShelfRow]
    folder: Condition
    on_all: bool

    @property
    def condition(self) -> Condition:
        """All of it; nothing is said about shelves when it is all of them."""
        return self.folder if self.on_all else shelf_condition(self.shelves) + self.folder


def narrowing(connection: Connection, where: FileFilter) -> Narrowing:
    """What the filter selects, whatever its words."""
    all_shelves = read_shelves(connection)
    shelves = matching(all_shelves, where)
    return Narrowing(shelves, row_condition(where), len(shelves) == len(all_shelves))


def read_shelves(connection: Connection) -> Sequence[ShelfRow]:
    """All shelves that hold files, by number."""
    rows = read_rows(connection, _SHELF, "FROM shelves WHERE files > 0")
    return sorted(ShelfRow(*row) for row in rows)


def matching(shelves: Sequence[ShelfRow], where: FileFilter) -> list[ShelfRow]:
    """The shelves that the filter's words allow."""
    return [
        shelf
        for shelf in shelves
        if (not where.kinds or shelf.kind in where.kinds)
        and (not where.formats or shelf.format in where.formats)
        and (not where.availabilities or shelf.availability in where.availabilities)
        and (not where.statuses or shelf.status in where.statuses)
        and (where.root is None or shelf.root == where.root)
    ]


def without_kind_and_format(where: FileFilter) -> FileFilter:
    """The filter as facets need it: each ignores its own."""
    return replace(where, kinds=(), formats=())


def row_condition(where: FileFilter) -> Condition:
    """What of the filter the shelves do not answer: folder, and how far the analysis is."""
    folder, states = folder_condition(where), where.analyses
    if not states:
        return folder
    marks = ", ".join("?" * len(states))
    analysis = Condition(f" AND analysis IN ({marks})", states, "ix_files_analysis_number")
    return folder + analysis if folder else analysis


def folder_condition(where: FileFilter) -> Condition:
    """Being inside the filter's folder, as an index can answer it."""
    if where.folder is None:
        return Condition()
    inside = where.folder.rstrip(b"/") + b"/"
    if not where.recursive:
        folder = inside.rstrip(b"/") or b"/"
        return Condition(" AND folder_hash = ?", (short_hash(folder),), "ix_files_folder_hash")
    if len(inside) <= HEAD_BYTES:
        after = inside[:-1] + b"0"  # the sign after "/"
        return Condition(" AND path_head >= ? AND path_head < ?", (inside, after))
    return Condition(
        " AND path_head = ? AND substr(path, 1, ?) = ?",
        (inside[:HEAD_BYTES], len(inside), inside),
    )


def shelf_condition(shelves: Sequence[ShelfRow]) -> Condition:
    """Standing on one of these shelves."""
    marks = ", ".join("?" * len(shelves))
    return Condition(f" AND shelf IN ({marks})", tuple(shelf.number for shelf in shelves))
