"""The shelves' numbers, and the counts that they keep."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.columns import Shelf
from apollonia.adapters.database.bulk import ignoring, insert_rows, read_rows_by_keys
from apollonia.adapters.database.columns import Columns
from apollonia.adapters.database.driver import Otherwise

_COLUMNS = Shelf._fields
_COUNTED = ("number", *_COLUMNS, "files", "size", "duration_ms")
_FOUND = Columns(*_COLUMNS, "number")
_FIND = "FROM shelves WHERE root IN {keys}"
_ADD_UP = Otherwise(
    ("number",),
    "UPDATE SET files = shelves.files + excluded.files,"
    " size = shelves.size + excluded.size,"
    " duration_ms = shelves.duration_ms + excluded.duration_ms",
)


@dataclass(slots=True)
class _Delta:
    files: int = 0
    size: int = 0
    duration_ms: int = 0


_NOTHING = _Delta()


@dataclass(slots=True)
class ShelfCounts:
    """The shelves one unit of work touches: numbers looked up once, counts written once."""

    _numbers: dict[Shelf, int] = field(default_factory=dict)
    _deltas: dict[int, _Delta] = field(default_factory=dict)

    def numbers(self, connection: Connection, shelves: Iterable[Shelf]) -> Mapping[Shelf, int]:
        """The shelves' numbers; makes those that there are not yet."""
        wanted = set(shelves)
        if wanted - self._numbers.keys():
            self._read(connection, wanted)
        if new := sorted(wanted - self._numbers.keys()):
            insert_rows(connection, "shelves", _COLUMNS, new, otherwise=ignoring(*_COLUMNS))
            self._read(connection, wanted)
        return self._numbers

    def add(self, number: int, *, size: int, duration_ms: int, sign: int = 1) -> None:
        """One file more on this shelf, or with ``sign=-1`` one less."""
        delta = self._deltas.get(number)
        if delta is None:
            delta = self._deltas[number] = _Delta()
        delta.files += sign
        delta.size += sign * size
        delta.duration_ms += sign * duration_ms

    def write(self, connection: Connection) -> None:
        """Write the counts, in the order of the shelves, so that two writers never deadlock.

        At the end of a unit of work: until then nobody else has to wait for the shelves.
        """
        none = ("",) * len(_COLUMNS)
        rows = [
            (number, *none, delta.files, delta.size, delta.duration_ms)
            for number, delta in sorted(self._deltas.items())
            if delta != _NOTHING
        ]
        insert_rows(connection, "shelves", _COUNTED, rows, otherwise=_ADD_UP)
        self._deltas.clear()

    def _read(self, connection: Connection, shelves: Iterable[Shelf]) -> None:
        roots = {shelf.root for shelf in shelves}
        rows = read_rows_by_keys(connection, _FOUND, _FIND, roots)
        self._numbers.update({Shelf(*row[:-1]): row[-1] for row in rows})
