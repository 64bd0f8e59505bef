"""Where the live tables differ from the fresh ones, and making them the same."""

from collections.abc import Collection, Iterable, Sequence
from itertools import batched

from sqlalchemy import Table
from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import driver_of, run
from apollonia.adapters.database.schema import FILES, PENDING_CHANGES, SHELVES
from apollonia.adapters.replay.fresh import ALONE, PARTS, Names, columns_of

_SPAN = 20_000
_KEYS = 500
_SHELF = ("root", "kind", "format", "availability", "status")
_COUNTED = ("files", "size", "duration_ms")
_CHANGE = tuple(column.name for column in PENDING_CHANGES.columns if column.name != "number")


def differing_files(connection: Connection, names: Names) -> set[int]:
    """The numbers of files whose rows are not the same on both sides; whole spans at a time."""
    found: set[int] = set()
    for first, last in _spans(connection, names):
        where = f"BETWEEN {first} AND {last}"
        found |= _differing(connection, names, where)
    return found


def still_differing(connection: Connection, names: Names, numbers: Collection[int]) -> set[int]:
    """Of these."""
    found: set[int] = set()
    for part in batched(sorted(numbers), _KEYS):
        found |= _differing(connection, names, f"IN ({', '.join(map(str, part))})")
    return found


def differing_others(connection: Connection, names: Names) -> int:
    """Rows of the other tables, and shelves whose counts are wrong."""
    count = 0
    for table in ALONE:
        columns = ", ".join(columns_of(table))
        for one, other in ((names.live, names.fresh), (names.fresh, names.live)):
            rows = run(
                connection,
                f"SELECT count(*) FROM (SELECT {columns} FROM {one}.{table.name}"  # noqa: S608 - our names
                f" EXCEPT SELECT {columns} FROM {other}.{table.name}) AS part",
            )
            count += int(rows[0][0])
    return count + len(_wrong_shelves(connection, names))


def make_same(connection: Connection, names: Names, numbers: Collection[int], now: str) -> None:
    """Give the live tables the fresh rows of these files, all other rows, and the counts."""
    _add_shelves(connection, names)
    changes = _changes(connection, names, numbers, now)
    for part in batched(sorted(numbers), _KEYS):
        keys = ", ".join(map(str, part))
        for table, key in (*((table, "file") for table in PARTS), (FILES, "number")):
            run(connection, f"DELETE FROM {names.live}.{table.name} WHERE {key} IN ({keys})")  # noqa: S608 - our names
    for part in batched(sorted(numbers), _KEYS):
        keys = ", ".join(map(str, part))
        _copy_files(connection, names, keys)
        for table in PARTS:
            columns = ", ".join(columns_of(table))
            run(
                connection,
                f"INSERT INTO {names.live}.{table.name} ({columns}) SELECT {columns}"  # noqa: S608 - our names
                f" FROM {names.fresh}.{table.name} WHERE file IN ({keys})",
            )
    for table in ALONE:
        _sync(connection, names, table)
    sets = ", ".join(f"{name} = ?" for name in _COUNTED)
    correct = f"UPDATE {names.live}.shelves SET {sets} WHERE number = ?"  # noqa: S608 - our names
    for number, *counts in _wrong_shelves(connection, names):
        run(connection, correct, (*counts, number))
    _insert_changes(connection, names, changes)


def _insert_changes(connection: Connection, names: Names, changes: Iterable[Sequence[str]]) -> None:
    """The changes go to the live relay, not to the fresh table that is before it."""
    columns = ", ".join(_CHANGE)
    for row in changes:
        run(
            connection,
            f"INSERT INTO {names.live}.pending_changes ({columns}) VALUES (?, ?, ?, ?)",  # noqa: S608 - our names
            row,
        )


def _spans(connection: Connection, names: Names) -> Iterable[tuple[int, int]]:
    """Ranges of numbers with files on one of the sides."""
    after = -1
    while True:
        rows = run(
            connection,
            "SELECT min(number) FROM (SELECT min(number) AS number"  # noqa: S608 - our names
            f" FROM {names.live}.files WHERE number > ? UNION ALL SELECT min(number)"
            f" FROM {names.fresh}.files WHERE number > ?) AS sides",
            (after, after),
        )
        first = rows[0][0]
        if first is None:
            return
        after = first + _SPAN - 1
        yield first, after


def _differing(connection: Connection, names: Names, where: str) -> set[int]:
    columns = (*columns_of(FILES, "shelf"), *driver_of(connection).vector_columns)
    mine = ", ".join(f"f.{name}" for name in columns)
    shelf = ", ".join(f"s.{name}" for name in _SHELF)

    def files(side: str) -> str:
        return (
            f"SELECT {mine}, {shelf} FROM {side}.files f"  # noqa: S608 - our names
            f" JOIN {side}.shelves s ON s.number = f.shelf WHERE f.number {where}"
        )

    found = _unequal(connection, "number", files(names.live), files(names.fresh))
    for table in PARTS:
        names_of_columns = ", ".join(columns_of(table))
        one, other = (
            f"SELECT {names_of_columns} FROM {side}.{table.name} WHERE file {where}"  # noqa: S608 - our names
            for side in names
        )
        found |= _unequal(connection, "file", one, other)
    return found


def _unequal(connection: Connection, key: str, one: str, other: str) -> set[int]:
    rows = run(
        connection,
        f"SELECT {key} FROM ({one} EXCEPT {other}) AS a"  # noqa: S608 - our names
        f" UNION SELECT {key} FROM ({other} EXCEPT {one}) AS b",
    )
    return {row[0] for row in rows}


def _add_shelves(connection: Connection, names: Names) -> None:
    columns = ", ".join(_SHELF)
    run(
        connection,
        f"INSERT INTO {names.live}.shelves ({columns}) SELECT {columns} FROM {names.fresh}.shelves"  # noqa: S608 - our names
        f" EXCEPT SELECT {columns} FROM {names.live}.shelves",
    )


def _copy_files(connection: Connection, names: Names, keys: str) -> None:
    columns = (*columns_of(FILES, "shelf"), *driver_of(connection).vector_columns)
    same = " AND ".join(f"l.{name} = s.{name}" for name in _SHELF)
    run(
        connection,
        f"INSERT INTO {names.live}.files ({', '.join(columns)}, shelf)"  # noqa: S608 - our names
        f" SELECT {', '.join(f'f.{name}' for name in columns)}, l.number"
        f" FROM {names.fresh}.files f JOIN {names.fresh}.shelves s ON s.number = f.shelf"
        f" JOIN {names.live}.shelves l ON {same} WHERE f.number IN ({keys})",
    )


def _sync(connection: Connection, names: Names, table: Table) -> None:
    """Rows that are on one side only go, or come."""
    columns = ", ".join(columns_of(table))
    key = ", ".join(column.name for column in table.primary_key.columns)
    run(
        connection,
        f"DELETE FROM {names.live}.{table.name} WHERE ({key}) IN (SELECT {key} FROM"  # noqa: S608 - our names
        f" (SELECT {columns} FROM {names.live}.{table.name}"
        f" EXCEPT SELECT {columns} FROM {names.fresh}.{table.name}) AS gone)",
    )
    run(
        connection,
        f"INSERT INTO {names.live}.{table.name} ({columns})"  # noqa: S608 - our names
        f" SELECT {columns} FROM {names.fresh}.{table.name}"
        f" EXCEPT SELECT {columns} FROM {names.live}.{table.name}",
    )


def _wrong_shelves(connection: Connection, names: Names) -> list[Sequence[int]]:
    """Live shelves whose counts are others, by number, with the right counts."""
    same = " AND ".join(f"l.{name} = s.{name}" for name in _SHELF)
    counts = ", ".join(f"coalesce(s.{name}, 0)" for name in _COUNTED)
    wrong = " OR ".join(f"l.{name} <> coalesce(s.{name}, 0)" for name in _COUNTED)
    return run(
        connection,
        f"SELECT l.number, {counts} FROM {names.live}.{SHELVES.name} l"  # noqa: S608 - our names
        f" LEFT JOIN {names.fresh}.shelves s ON {same} WHERE {wrong}",
    )


def _changes(
    connection: Connection, names: Names, numbers: Collection[int], now: str
) -> list[tuple[str, str, str, str]]:
    """What became of each of these files for those who follow the catalog."""
    sides: list[set[str]] = []
    for side in names:
        ids: set[str] = set()
        for part in batched(sorted(numbers), _KEYS):
            keys = ", ".join(map(str, part))
            rows = run(connection, f"SELECT id FROM {side}.files WHERE number IN ({keys})")  # noqa: S608 - our names
            ids |= {row[0] for row in rows}
        sides.append(ids)
    before, after = sides
    ops = dict.fromkeys(before - after, "deleted") | dict.fromkeys(after - before, "created")
    ops |= dict.fromkeys(before & after, "updated")
    return [("file", id_, op, now) for id_, op in sorted(ops.items())]
