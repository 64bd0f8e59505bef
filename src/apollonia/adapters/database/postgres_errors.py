"""asyncpg's errors in the words of our taxonomy, with what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from apollonia.errors import CatalogUnavailableError

_AGAIN = "{name}: other writers got in the way; the work is done again"
_BUSY = "{name} has no connection left for us: raise its max_connections, or lower [catalog] pool"
_STARTS = "{name} is starting, stopping or recovering: the work goes on by itself"
_SCHEMA = "{name} has not the tables it should have: run `apollonia migrate`"
_PASSWORD = "{name} refuses our user or password: look at the catalog's URL"  # noqa: S105 - words
_RIGHTS = (
    "{name} does not let our user do this: the roles are in deploy/postgresql/roles.sql; `apollonia"
    " migrate` takes its user from APOLLONIA_CATALOG__MIGRATE_URL"
)
_WORDS = {
    "40001": _AGAIN,
    "40P01": _AGAIN,
    "55P03": "{name}: another transaction keeps a lock for too long; the work is done again",
    "57014": "{name}: a statement took longer than [catalog] statement_timeout_seconds",
    "53100": "no space left for {name}: free some disk space on the server; nothing is lost, the"
    " work goes on by itself",
    "53200": "{name} is out of memory: raise its max_locks_per_transaction or shared memory",
    "53300": _BUSY,
    "53400": _BUSY,
    "25006": "{name} is read-only: is it a replica, or are its writes switched off?",
    "57P01": _STARTS,
    "57P02": _STARTS,
    "57P03": _STARTS,
    "57P05": _STARTS,
    "42P01": _SCHEMA,
    "42703": _SCHEMA,
    "28P01": _PASSWORD,
    "28000": _PASSWORD,
    "42501": _RIGHTS,
    "3D000": "{name} does not exist: create it (`createdb`), then run `apollonia migrate`",
    "58030": "reading or writing {name} failed: look at the server's disk",
    "XX001": "{name} is damaged: restore it from a backup",
    "XX002": "{name} is damaged: reindex it, or restore it from a backup",
}
_AWAY = "{name} is away: is the server running, and can it be reached?"
_TWO_WRITERS = frozenset({"uq_files_id", "uq_files_path_key"})
_REPEATABLE = frozenset({"40001", "40P01"})
CUT_OFF = (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""No answer of the server: what becomes of a connection that was ended, on either side."""


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Raise what means "the database is away" as ``CatalogUnavailableError``.

    Also what goes away when the work is done again: two writers with one new id. Other violated
    constraints and faulty SQL are bugs and stay what they are.
    """
    try:
        yield
    except PoolTimeoutError as error:
        raise CatalogUnavailableError(f"{name} is busy: all its connections are in use") from error
    except TimeoutError as error:
        raise CatalogUnavailableError(f"{name} does not answer in time") from error
    except (asyncpg.PostgresError, DBAPIError, *CUT_OFF) as error:
        words = _words(error)
        if words is None:
            raise
        reason = str(_driver_error(error)).partition("\n")[0]
        message = f"{words.format(name=name)} ({reason})" if reason else words.format(name=name)
        raise CatalogUnavailableError(message) from error


def is_repeatable(error: BaseException) -> bool:
    """Whether the same transaction may well pass when it is done once more."""
    return getattr(_driver_error(error), "sqlstate", None) in _REPEATABLE


def _words(error: BaseException) -> str | None:
    cause = _driver_error(error)
    state = getattr(cause, "sqlstate", None)
    if getattr(cause, "constraint_name", None) in _TWO_WRITERS:
        return _AGAIN
    if state in _WORDS:
        return _WORDS[state]
    lost = isinstance(cause, (*CUT_OFF, asyncpg.PostgresConnectionError))
    return _AWAY if lost else None


def _driver_error(error: BaseException) -> BaseException:
    """The error of asyncpg below the layers of SQLAlchemy."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, asyncpg.PostgresError):
        cause = cause.__cause__
    return cause or error
