"""The way to Neo4j: its driver, time limits, retries, and who may read where."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from neo4j import (
    AsyncDriver,
    AsyncGraphDatabase,
    AsyncManagedTransaction,
    AsyncSession,
    TrustCustomCAs,
    unit_of_work,
)
from neo4j import exceptions as driver_errors

from apollonia.errors import ConfigurationError, GraphUnavailableError

type Work[T] = Callable[[AsyncManagedTransaction], Awaitable[T]]

_AWAY = (driver_errors.DriverError, driver_errors.Neo4jError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neo4jAccess:
    """Where and as whom; times in seconds. What the URL says of a user goes before ``user``."""

    url: str
    user: str = "neo4j"
    password: str = field(default="", repr=False)
    database: str = "neo4j"
    ca_file: Path | None = None
    connect_s: float = 5.0
    limit_s: float = 30.0
    retry_s: float = 15.0
    connections: int = 20


class Neo4jSessions:
    """Transactions that are tried again after deadlocks and lost connections, within limits.

    Reads ask for READ access, so a cluster may let replicas answer; bookmarks make them wait for
    what this process has written.
    """

    def __init__(self, access: Neo4jAccess, driver: AsyncDriver | None = None) -> None:
        """Nothing is asked yet.

        Raises:
            ConfigurationError: the URL, the database or the certificates are none.
        """
        self._access = access
        self._driver = driver or _driver(access)
        self._bookmarks = AsyncGraphDatabase.bookmark_manager()

    async def read[T](self, work: Work[T]) -> T:
        """What ``work`` gives, from any server that has the data.

        Raises:
            GraphUnavailableError: not within the limit.
        """
        async with self._session() as session:
            return await session.execute_read(self._limited(work))

    async def write[T](self, work: Work[T]) -> T:
        """What ``work`` gives, as one transaction; it may run several times. Raises as ``read``."""
        async with self._session() as session:
            return await session.execute_write(self._limited(work))

    async def run(self, statement: str) -> None:
        """One statement that brings its own transactions, or changes the schema."""
        async with self._session() as session:
            await (await session.run(statement)).consume()

    async def verify(self) -> None:
        """Raise ``GraphUnavailableError`` unless it answers and lets us in."""
        async with self._session() as session:
            await session.execute_read(self._limited(_one))

    async def close(self) -> None:
        """Close all connections."""
        try:
            async with asyncio.timeout(self._access.connect_s):
                await self._driver.close()
        except TimeoutError:
            return

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[AsyncSession]:
        try:
            async with (
                asyncio.timeout(self._access.limit_s),
                self._driver.session(
                    database=self._access.database, bookmark_manager=self._bookmarks
                ) as session,
            ):
                yield session
        except (driver_errors.AuthError, driver_errors.Forbidden) as error:
            raise GraphNotAllowedError(
                f"Neo4j does not let user {self._access.user} in: set NEO4J_USER and"
                f" NEO4J_PASSWORD ({error.message})"
            ) from error
        except _AWAY as error:
            raise GraphUnavailableError(
                f"Neo4j cannot be reached: {str(error) or type(error).__name__}"
            ) from error

    def _limited[T](self, work: Work[T]) -> Work[T]:
        """The server ends what its client has given up."""
        limited: Work[T] = unit_of_work(timeout=self._access.limit_s)(work)
        return limited


class GraphNotAllowedError(GraphUnavailableError):
    """The graph database does not let us in."""


async def _one(transaction: AsyncManagedTransaction) -> None:
    await (await transaction.run("RETURN 1")).consume()


def _driver(access: Neo4jAccess) -> AsyncDriver:
    parts = urlsplit(access.url)
    user = unquote(parts.username) if parts.username else access.user
    password = unquote(parts.password) if parts.password else access.password
    scheme, host = parts.scheme, parts.netloc.rpartition("@")[2]
    settings: dict[str, Any] = {}
    if access.ca_file is not None:
        if not scheme.endswith("+s"):
            raise ConfigurationError("APOLLONIA_GRAPH__CA_FILE needs neo4j+s:// or bolt+s://")
        if not access.ca_file.is_file():
            raise ConfigurationError(f"APOLLONIA_GRAPH__CA_FILE: {access.ca_file} is no file")
        scheme = scheme.removesuffix("+s")
        trusted = TrustCustomCAs(str(access.ca_file))
        settings = {"encrypted": True, "trusted_certificates": trusted}
    try:
        return AsyncGraphDatabase.driver(
            f"{scheme}://{host}",
            auth=(user, password) if password else None,
            connection_timeout=access.connect_s,
            connection_acquisition_timeout=access.connect_s * 2,
            max_transaction_retry_time=access.retry_s,
            max_connection_pool_size=access.connections,
            liveness_check_timeout=30.0,
            telemetry_disabled=True,
            notifications_min_severity="OFF",
            **settings,
        )
    except (ValueError, driver_errors.ConfigurationError) as error:
        raise ConfigurationError(f"APOLLONIA_GRAPH__URL: {error}") from error
