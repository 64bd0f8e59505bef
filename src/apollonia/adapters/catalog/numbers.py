"""The numbers of new rows of ``files``."""

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import driver_of, run, select_by_keys

LIVE = "live"
"""In a connection's ``info``: where the live tables are, when it writes fresh ones."""
_BEYOND = 1 << 40  # of files that only a replay knows: never met by those that come meanwhile


def new_file_numbers(connection: Connection, ids: Sequence[str]) -> Sequence[int]:
    """One for each; in a replay those that the files have."""
    live = connection.info.get(LIVE)
    if live is None:
        return driver_of(connection).new_numbers(connection, "files", len(ids))
    statement = f"SELECT id, number FROM {live}.files WHERE id IN {{keys}}"  # noqa: S608 - our names
    known = {row[0]: row[1] for row in select_by_keys(connection, statement, ids)}
    new = [id_ for id_ in ids if id_ not in known]
    if new:
        newest = f"SELECT max(number) FROM files UNION ALL SELECT max(number) FROM {live}.files"  # noqa: S608 - our names
        first = max(_BEYOND, *((row[0] or 0) + 1 for row in run(connection, newest)))
        known |= {id_: first + at for at, id_ in enumerate(new)}
    return [known[id_] for id_ in ids]
