"""Reads from a replica that has all that this process knows of; else from the primary."""

import time
from dataclasses import replace

from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import run
from apollonia.adapters.database.engine import Database
from apollonia.adapters.database.store import DatabaseOptions, Work
from apollonia.errors import CatalogUnavailableError, ConfigurationError

_REST_S = 5.0
_CONNECT_S = 2.0
_WRITTEN = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint"
_REPLAYED = (
    "SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint WHERE pg_is_in_recovery()"
)


class Replica:
    """``Reads`` for queries that may lag behind others' writes, but never behind our own.

    Positions are bytes of the server's log. What this process wrote, or read of the changes, is
    below a position that is asked for at the next read; the replica has to have replayed it.
    While it has not, or is away, the primary is read. A replica that was away is left in peace
    for five seconds.
    """

    def __init__(
        self, url: str, primary: Database, *, options: DatabaseOptions | None = None
    ) -> None:
        """Nothing is touched yet.

        Raises:
            ConfigurationError: the URL names no PostgreSQL database.
        """
        if not url.startswith("postgres"):
            raise ConfigurationError("queries can be sent to a PostgreSQL replica only")
        options = options or DatabaseOptions()
        options = replace(options, connect_timeout_s=min(_CONNECT_S, options.connect_timeout_s))
        self._replica = Database(url, options=options)
        self._primary = primary
        self._seen = -1
        self._needed = 0
        self._replayed = 0
        self._rests_until = 0.0

    async def open(self) -> None:
        """Connect; that the replica is away is no error."""
        try:
            await self._replica.open()
        except CatalogUnavailableError:
            self._rest()

    async def close(self) -> None:
        """Close its connections; the primary's are left alone."""
        await self._replica.close()

    async def read[T](self, work: Work[T]) -> T:
        """What ``work`` gives, from one view of a committed state that has all we know of."""
        if time.monotonic() >= self._rests_until:
            try:
                if await self._is_near():
                    return await self._replica.read(work)
            except CatalogUnavailableError:
                self._rest()
        return await self._primary.read(work)

    async def check(self) -> str | None:
        """Words while queries go to the primary.

        Raises:
            CatalogUnavailableError: the primary is away as well.
        """
        name = self._replica.name
        try:
            await self._replica.open()
            near = await self._is_near()
        except CatalogUnavailableError as error:
            self._rest()
            return f"queries go to the primary: {error.message}"
        self._rests_until = 0.0
        return None if near else f"queries go to the primary: {name} is behind it, or no replica"

    async def _is_near(self) -> bool:
        """Whether it has replayed what we know of; asked before its view is taken."""
        await self._replica.open()
        if self._seen != self._primary.seen:
            seen = self._primary.seen
            self._needed = await self._primary.read(_number(_WRITTEN))
            self._seen = seen
        if self._replayed < self._needed:
            self._replayed = await self._replica.read(_number(_REPLAYED))
        return self._replayed >= self._needed

    def _rest(self) -> None:
        self._replayed = 0  # it may come back as an older copy
        self._rests_until = time.monotonic() + _REST_S


def _number(statement: str) -> Work[int]:
    def number(connection: Connection) -> int:
        rows = run(connection, statement)
        return int(rows[0][0]) if rows else 0

    return number
