"""The catalog's own consistency on an SQL database."""

from collections.abc import Iterator, Sequence

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError

from apollonia.adapters.catalog.vectors import vector_of
from apollonia.adapters.database.bulk import AnyRow, driver_of, run, update_rows
from apollonia.adapters.database.engine import Database
from apollonia.adapters.database.schema import FILES
from apollonia.errors import ApolloniaError
from apollonia.ports.consistency import Fault

_SUMS = (
    "SELECT s.number, s.root, s.kind, count(f.number), coalesce(sum(f.size), 0),"
    " coalesce(sum(f.duration_ms), 0), s.files, s.size, s.duration_ms FROM shelves s"
    " LEFT JOIN files f ON f.shelf = s.number"
    " GROUP BY s.number, s.root, s.kind, s.files, s.size, s.duration_ms"
)
_FIX = "UPDATE shelves SET files = ?, size = ?, duration_ms = ? WHERE number = ?"
_CHECK = "INSERT INTO files_fts (files_fts, rank) VALUES ('integrity-check', 1)"
_REBUILD = "INSERT INTO files_fts (files_fts) VALUES ('rebuild')"
_DIFFERENT = (
    "SELECT f.number, f.id FROM unnest(?::bigint[], ?::text[]) AS new (number, words)"
    " JOIN files f ON f.number = new.number WHERE f.search IS DISTINCT FROM new.words::tsvector"
)
_ROWS = 1_000
_SHOWN = 5
_COLUMNS = tuple(column.name for column in FILES.columns)


class SqlConsistency:
    """``Consistency`` of ``ports/consistency.py``; the database is closed by its opener."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def counts(self) -> Fault | None:
        """Shelves whose numbers are not those of their files."""
        wrong = await self._database.read(_wrong_shelves)
        if not wrong:
            return None
        shown = [f"{row[2]} in {row[1]}: {row[6]} files kept, {row[3]} are there" for row in wrong]
        words = "kept counts are not those of the rows"
        return Fault("counts", len(wrong), words, shown[:_SHOWN], "counted anew from the rows")

    async def search(self) -> Fault | None:
        """Entries that do not fit their rows."""
        try:
            wrong = await self._wrong_entries()
        except ApolloniaError as error:
            wrong = [error.message]
        if not wrong:
            return None
        words = "the search index does not fit the rows"
        return Fault("search", len(wrong), words, wrong[:_SHOWN], "made anew from the rows")

    async def recount(self) -> None:
        """Make the kept numbers anew."""
        await self._database.write(_recount)

    async def reindex(self) -> None:
        """Make the search index anew."""
        after: int | None = -1
        while after is not None:
            after = await self._database.write(lambda at, after=after: _reindex(at, after))  # type: ignore[misc]

    async def _wrong_entries(self) -> list[str]:
        found: list[str] = []
        after: int | None = -1
        while after is not None:
            after, wrong = await self._database.write(
                lambda at, after=after: _wrong_page(at, after)  # type: ignore[misc]
            )
            found += wrong
        return found


def _wrong_shelves(connection: Connection) -> Sequence[AnyRow]:
    return [row for row in run(connection, _SUMS) if [*map(int, row[3:6])] != [*row[6:9]]]


def _recount(connection: Connection) -> None:
    if not driver_of(connection).one_writes_at_a_time:
        run(connection, "LOCK TABLE files, shelves IN SHARE ROW EXCLUSIVE MODE")
    for row in _wrong_shelves(connection):
        run(connection, _FIX, (*map(int, row[3:6]), row[0]))


def _wrong_page(connection: Connection, after: int) -> tuple[int | None, list[str]]:
    """The next rows whose entry differs, and where to go on."""
    if connection.dialect.name == "sqlite":
        return None, _fts_faults(connection)
    rows = _page(connection, after)
    if not rows:
        return None, []
    numbers, vectors = zip(*_vectors(rows), strict=True)
    wrong = run(connection, _DIFFERENT, (list(numbers), list(vectors)))
    return rows[-1][0], [row[1] for row in wrong]


def _fts_faults(connection: Connection) -> list[str]:
    try:
        run(connection, _CHECK)
    except (DatabaseError, ConnectionError) as error:
        return [str(error)]
    except Exception as error:  # the driver's own class is not known here
        if "malformed" in str(error) or "fts" in str(error).lower():
            return [str(error)]
        raise
    return []


def _reindex(connection: Connection, after: int) -> int | None:
    if connection.dialect.name == "sqlite":
        run(connection, _REBUILD)
        return None
    rows = _page(connection, after)
    if not rows:
        return None
    pairs = [(vector, number) for number, vector in _vectors(rows)]
    update_rows(connection, "files", "number", ("search",), pairs)
    return int(rows[-1][0])


def _page(connection: Connection, after: int) -> Sequence[AnyRow]:
    names = ", ".join(_COLUMNS)
    statement = f"SELECT {names} FROM files WHERE number > ? ORDER BY number LIMIT {_ROWS}"  # noqa: S608 - ours
    return run(connection, statement, (after,))


def _vectors(rows: Sequence[AnyRow]) -> Iterator[tuple[int, str]]:
    for row in rows:
        values = dict(zip(_COLUMNS, row, strict=True))
        yield values["number"], vector_of(values)
