"""How a connection to PostgreSQL is made, and how transactions on it begin and end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection
from sqlalchemy.engine.interfaces import AdaptedConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from apollonia.adapters.database.postgres_errors import CUT_OFF
from apollonia.adapters.database.store import DatabaseOptions, Work

_WRITERS = 0x41706F6C6C6F
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock"
WRITE = f"{_BEGIN}_shared({_WRITERS})"
"""Each statement sees what others committed before it: also what we waited for a lock for.

All who write share a lock, taken on the same way there, so that somebody may be alone.
"""
WRITE_ALONE = f"{_BEGIN}({_WRITERS})"
"""The same, when nobody else writes."""
READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
"""One view for a page, its total and its files."""

_GRACE_S = 5.0
_RECYCLE_S = 3_600
_PREPARED = 512


def make_engine(url: URL, options: DatabaseOptions) -> AsyncEngine:
    """A pool of connections; transactions are begun and ended by ``whole`` and its parts."""
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connecting(url, options),
        isolation_level="AUTOCOMMIT",
        pool_size=options.pool,
        max_overflow=0,
        pool_timeout=options.busy_timeout_s,
        pool_recycle=_RECYCLE_S,
        pool_use_lifo=True,
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    if options.over:
        event.listen(engine.sync_engine, "connect", _remember_live)
    return engine


def connecting(url: URL, options: DatabaseOptions) -> Callable[..., Awaitable[Any]]:
    """What makes a connection; TLS and the like stand in the URL, as libpq has them."""

    async def connect(*_: object, **__: object) -> Any:
        return await asyncpg.connect(
            url.set(drivername="postgresql").render_as_string(hide_password=False),
            timeout=options.connect_timeout_s,
            command_timeout=options.statement_timeout_s + _GRACE_S,
            statement_cache_size=_PREPARED,
            server_settings=_settings(options),
        )

    return connect


def whole[T](begin: str, work: Work[T]) -> Work[T]:
    """One transaction around ``work``: rolled back when it raises."""

    def transaction(connection: Connection) -> T:
        start(connection, begin)
        try:
            result = work(connection)
            commit(connection)
        except BaseException:
            roll_back(connection)
            raise
        return result

    return transaction


def start(connection: Connection, begin: str) -> None:
    """Begin a transaction."""
    _adapted(connection).run_async(lambda driver: driver.execute(begin))


def commit(connection: Connection) -> None:
    """Make it last."""
    _adapted(connection).run_async(lambda driver: driver.execute("COMMIT"))


def roll_back(connection: Connection) -> None:
    """Take it back; a connection that cannot even do this is thrown away, without an error."""
    try:
        _adapted(connection).run_async(_rolled_back)
    except (asyncpg.PostgresError, *CUT_OFF):
        connection.invalidate()
    except BaseException:
        connection.invalidate()
        raise


async def _rolled_back(driver: Any) -> None:
    try:
        async with asyncio.timeout(_GRACE_S):
            await driver.execute("ROLLBACK")
    except BaseException:
        driver.terminate()
        raise


def _adapted(connection: Connection) -> AdaptedConnection:
    return cast("AdaptedConnection", connection.connection.dbapi_connection)


def _refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
    """One that the server closed is not handed out, and the others are looked at anew."""
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError


def _remember_live(_connection: Any, record: Any) -> None:
    record.info["live"] = "public"


def _settings(options: DatabaseOptions) -> dict[str, str]:
    return {
        "application_name": "apollonia",
        **({"search_path": f"{options.over}, public"} if options.over else {}),
        "timezone": "UTC",
        "jit": "off",  # our statements are short: compiling them costs more than it saves
        "statement_timeout": _ms(options.statement_timeout_s),
        "lock_timeout": _ms(options.lock_timeout_s),
        "idle_in_transaction_session_timeout": _ms(2 * options.statement_timeout_s),
    }


def _ms(seconds: float) -> str:
    return str(max(int(seconds * 1000), 1))
