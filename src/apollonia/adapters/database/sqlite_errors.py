"""Driver errors in the words of our taxonomy, with what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from apollonia.errors import CatalogUnavailableError

_WORDS = {
    sqlite3.SQLITE_FULL: "no space left for {name}: free some disk space; nothing is lost, the work"
    " goes on by itself",
    sqlite3.SQLITE_BUSY: "{name} stays locked by another process: is a backup or a second"
    " installation using this data folder?",
    sqlite3.SQLITE_LOCKED: "{name} stays locked by another connection of this process",
    sqlite3.SQLITE_READONLY: "{name} is read-only: make the data folder writable for this user",
    sqlite3.SQLITE_PERM: "{name} may not be opened: give this user access to the data folder",
    sqlite3.SQLITE_CANTOPEN: "{name} cannot be opened: does the data folder exist, and may this"
    " user write there?",
    sqlite3.SQLITE_IOERR: "reading or writing {name} failed: look at the disk's health",
    sqlite3.SQLITE_CORRUPT: "{name} is damaged: stop Apollonia and restore it from a backup",
    sqlite3.SQLITE_NOTADB: "{name} is no SQLite database: move it away or restore a backup",
}
_CLOSED = "{name} was closed: the process is stopping"
_NO_SCHEMA = ("no such table", "no such column")


class ClosedError(Exception):
    """The database was closed by this process; ``translated`` has the words."""


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Raise what means "the database is away" as ``CatalogUnavailableError``.

    Violated constraints and faulty SQL are bugs or conflicts and stay what they are.
    """
    try:
        yield
    except IntegrityError:
        raise
    except PoolTimeoutError as error:
        raise CatalogUnavailableError(f"{name} is busy: all its connections are in use") from error
    except ClosedError as error:
        raise CatalogUnavailableError(_CLOSED.format(name=name)) from error
    except DBAPIError as error:
        words = _words(error.orig, name)
        if words is None:
            raise
        raise CatalogUnavailableError(words) from error
    except sqlite3.Error as error:
        words = _words(error, name)
        if words is None:
            raise
        raise CatalogUnavailableError(words) from error


def _words(error: BaseException | None, name: str) -> str | None:
    cause = _driver_error(error)
    if any(part in str(cause) for part in _NO_SCHEMA):
        return f"{name} has not the tables it should have: run `apollonia migrate` ({cause})"
    if isinstance(cause, sqlite3.IntegrityError | sqlite3.ProgrammingError):
        return None
    code = int(getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF
    if code in _WORDS:
        return f"{_WORDS[code].format(name=name)} ({cause})"
    return None


def _driver_error(error: BaseException | None) -> BaseException | None:
    """The error of ``sqlite3`` below the layers of SQLAlchemy."""
    while error is not None and not isinstance(error, sqlite3.Error):
        error = error.__cause__
    return error
