"""``Rebuild`` on an SQL database."""

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog import analyses
from apollonia.adapters.catalog.path_locks import PathLocks
from apollonia.adapters.catalog.purging import purge_rows
from apollonia.adapters.catalog.unit_of_work import SqlUnitOfWork
from apollonia.adapters.database.bulk import run, select_by_keys
from apollonia.adapters.database.engine import Database
from apollonia.adapters.database.location import file_of, is_sqlite, parse_url
from apollonia.adapters.database.schema import EVENTS, FILE_EVENTS
from apollonia.adapters.database.store import DatabaseOptions
from apollonia.adapters.edits.applying import bring_to_files, edit_of, fold, fold_plays, play_of
from apollonia.adapters.replay.comparing import (
    differing_files,
    differing_others,
    make_same,
    still_differing,
)
from apollonia.adapters.replay.fresh import Names, drop_tables, make_tables, names_of
from apollonia.domain.paths import path_key
from apollonia.domain.place import Place
from apollonia.domain.times import format_micros
from apollonia.ports.catalog import LoggedEvent, StoredEvent
from apollonia.ports.clock import Clock
from apollonia.ports.rebuild import AnyEvent, Differences, FreshUnit

_SCHEMA = "apollonia_replay"
_STORED = tuple(column.name for column in FILE_EVENTS.columns)
_LOGGED = tuple(column.name for column in EVENTS.columns)
_AGAIN_US = 600_000_000  # longer than any transaction that is open lasts, and clocks are apart
_PATIENCE_S = 900.0  # what compares a million rows is one statement
_NEWEST_ROW = "SELECT coalesce(max(rowid), 0) FROM {table}"


@asynccontextmanager
async def open_rebuild(
    url: str | Path, options: DatabaseOptions, *, clock: Clock
) -> AsyncIterator["SqlRebuild"]:
    """Fresh tables beside the catalog at ``url``; they are gone at the end, whatever happens."""
    options = replace(options, statement_timeout_s=_PATIENCE_S)
    async with AsyncExitStack() as stack:
        parsed = parse_url(url)
        if is_sqlite(parsed):
            live = file_of(parsed)
            folder = stack.enter_context(tempfile.TemporaryDirectory(dir=live.parent))
            file = Path(folder) / "replay.db"
            file.touch()
            database = Database(file, options=replace(options, over=str(live), readers=1))
        else:
            database = Database(url, options=replace(options, over=_SCHEMA))
        await database.open()
        stack.push_async_callback(database.close)
        await database.write(lambda at: make_tables(at, _SCHEMA))
        try:
            rebuild = SqlRebuild(database, clock=clock)
            await rebuild.begin()
            yield rebuild
        finally:
            await database.write(lambda at: drop_tables(at, _SCHEMA))


class SqlFreshUnit(SqlUnitOfWork):
    """``FreshUnit`` of ``ports/rebuild.py``."""

    async def fold(self, events: Sequence[LoggedEvent]) -> None:
        """Each is told once."""

        def work(at: Connection) -> None:
            edits = [edit_of(it) for it in events if it.entity == "edit"]
            fold(at, edits)
            targets = {it.target for it in edits}
            if targets:
                bring_to_files(at, targets)
            fold_plays(at, [play_of(it) for it in events if it.entity == "play"])
            told = {it.subject.partition(":")[2] for it in events if it.entity == "analysis"}
            analyses.bring_states(at, analyses.content_states(at, told), PathLocks())

        await self._session.visit(work)

    def write_counts(self, connection: Connection) -> None:
        """Before they are compared."""
        self._counts.write(connection)

    async def purge(self, places: Sequence[Place]) -> None:
        """As the live tables did it, without another event."""
        ids = [it.id for it in places]
        await self._session.visit(lambda at: purge_rows(at, ids, self._counts))


class SqlRebuild:
    """``Rebuild`` of ``ports/rebuild.py``."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._since: tuple[Any, Any] = ("", "")
        self._differing: set[int] = set()
        self._begun = format_micros(clock.now_micros() - _AGAIN_US)
        self._worked_in: set[str] = set()

    async def begin(self) -> None:
        """From here on, what the log gets is for ``swap``."""

        def newest(at: Connection) -> tuple[Any, Any]:
            if at.dialect.name == "sqlite":
                tables = (FILE_EVENTS.name, EVENTS.name)
                one, other = (run(at, _NEWEST_ROW.format(table=it))[0][0] for it in tables)
                return one, other
            return self._begun, self._begun

        self._since = await self._database.read(newest)

    async def events(self, after: str, limit: int) -> Sequence[AnyEvent]:
        """Both logs, merged by id."""
        found = await self._database.read(lambda at: _events(at, after, limit))
        self._worked_in |= {it.event_id for it in found if it.received_time >= self._begun}
        return found

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[FreshUnit]:
        """One transaction on the fresh tables."""
        async with self._database.writing() as session:
            yield SqlFreshUnit(session)

    async def compare(self) -> Differences:
        """Remembers which files differ, for ``swap``."""

        def work(at: Connection) -> Differences:
            names = names_of(at, _SCHEMA)
            self._differing = differing_files(at, names)
            return Differences(len(self._differing), differing_others(at, names))

        return await self._database.read(work)

    async def swap(
        self, work_in: Callable[[FreshUnit, Sequence[AnyEvent]], Awaitable[None]]
    ) -> Differences:
        """In one transaction, alone."""
        now = format_micros(self._clock.now_micros())
        async with self._database.writing(alone=True) as session:
            await session.visit(_take_the_live_file)
            late = await session.visit(lambda at: _since(at, self._since))
            unit = SqlFreshUnit(session)
            await work_in(unit, [it for it in late if it.event_id not in self._worked_in])
            await session.visit(unit.write_counts)
            touched = await session.visit(lambda at: _touched(at, late))

            def make(at: Connection) -> Differences:
                names = names_of(at, _SCHEMA)
                numbers = still_differing(at, names, self._differing | touched)
                _judge_again(at, names, numbers)
                numbers = still_differing(at, names, numbers)
                others = differing_others(at, names)
                make_same(at, names, numbers, now)
                return Differences(len(numbers), others)

            return await session.visit(make)


def _events(connection: Connection, after: str, limit: int) -> Sequence[AnyEvent]:
    found: list[AnyEvent] = []
    ends: list[str] = []
    for table, columns, make in (
        (FILE_EVENTS.name, _STORED, _stored),
        (EVENTS.name, _LOGGED, _logged),
    ):
        rows = run(
            connection,
            f"SELECT {', '.join(columns)} FROM {table} WHERE event_id > ?"  # noqa: S608 - our names
            " ORDER BY event_id LIMIT ?",
            (after, limit),
        )
        found += map(make, rows)
        if len(rows) == limit:
            ends.append(rows[-1][0])
    end = min(ends, default=None)
    found.sort(key=attrgetter("event_id"))
    return found if end is None else [it for it in found if it.event_id <= end]


def _since(connection: Connection, since: tuple[Any, Any]) -> Sequence[AnyEvent]:
    by = "rowid >" if connection.dialect.name == "sqlite" else "received_time >="
    found: list[AnyEvent] = []
    for table, columns, make, mark in (
        (FILE_EVENTS.name, _STORED, _stored, since[0]),
        (EVENTS.name, _LOGGED, _logged, since[1]),
    ):
        statement = f"SELECT {', '.join(columns)} FROM {table} WHERE {by} ?"  # noqa: S608 - our names
        found += map(make, run(connection, statement, (mark,)))
    return sorted(found, key=attrgetter("event_id"))


def _touched(connection: Connection, late: Sequence[AnyEvent]) -> set[int]:
    """The numbers, on either side, of files that these events are about."""
    ids, contents = set[str](), set[str]()
    paths = {it.path for it in late if isinstance(it, StoredEvent)}
    for it in late:
        if isinstance(it, StoredEvent):
            ids.add(it.place_id)
            continue
        kind, _, name = it.subject.partition(":")
        (contents if kind == "content" else ids).add(name)
    names, found = names_of(connection, _SCHEMA), set[int]()
    for side in names:
        for column, keys in (
            ("id", ids),
            ("sha256_hash", contents),
            ("path_key", map(path_key, paths)),
        ):
            statement = f"SELECT number FROM {side}.files WHERE {column} IN {{keys}}"  # noqa: S608 - our names
            found |= {row[0] for row in select_by_keys(connection, statement, keys)}
    return found


def _judge_again(connection: Connection, names: Names, numbers: Collection[int]) -> None:
    """Contents may have been judged anew meanwhile, of which no event tells."""
    statement = f"SELECT sha256_hash FROM {names.fresh}.files WHERE number IN {{keys}}"  # noqa: S608 - our names
    contents = {row[0] for row in select_by_keys(connection, statement, numbers) if row[0]}
    states = analyses.content_states(connection, contents)
    analyses.bring_states(connection, states, PathLocks())


def _take_the_live_file(connection: Connection) -> None:
    """SQLite: nobody else writes the catalog from here on; elsewhere the lock is taken already."""
    if connection.dialect.name == "sqlite":
        run(connection, "UPDATE live.relay SET position = position")


def _stored(row: Sequence[Any]) -> StoredEvent:
    return StoredEvent(**dict(zip(_STORED, row, strict=True)))


def _logged(row: Sequence[Any]) -> LoggedEvent:
    return LoggedEvent(*row)
