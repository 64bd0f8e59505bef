"""What stands behind ``Database``: one implementation for each kind of database."""

from collections.abc import Callable, Hashable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.engine import Connection

type Work[T] = Callable[[Connection], T]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseOptions:
    """Times in seconds, sizes in MiB (per connection).

    ``busy_timeout_s``: how long to wait for a connection and, on SQLite, for its lock. SQLite has
    ``readers``, the caches and ``mmap_mib``; PostgreSQL has ``pool`` (connections at most) and the
    limits of statements, locks and connecting. ``over``: what is written goes into tables of its
    own (``adapters/replay/fresh.py``), and what is not there is read from the live ones: an SQLite
    file, or the name of a schema.
    """

    readers: int = 4
    busy_timeout_s: float = 10.0
    write_cache_mib: int = 128
    read_cache_mib: int = 16
    mmap_mib: int = 1024
    pool: int = 8
    statement_timeout_s: float = 60.0
    lock_timeout_s: float = 20.0
    connect_timeout_s: float = 10.0
    over: str = ""


class Session(Protocol):
    """A transaction that stays open between visits; worthless after its block."""

    async def visit[T](self, work: Work[T]) -> T:
        """What ``work`` gives, within the transaction, in one visit.

        Raises:
            CatalogUnavailableError: the database is away.
        """
        ...

    def before_commit(self, work: Work[None]) -> None:
        """Do this last, in the visit that commits: what others would have to wait for."""
        ...


class Reads(Protocol):
    """What only reads: a ``Database``, or a ``Replica`` of it."""

    async def read[T](self, work: Work[T]) -> T:
        """As ``Database.read``."""
        ...


class Store(Protocol):
    """Connections to one database. All but ``close`` raise ``CatalogUnavailableError``."""

    @property
    def name(self) -> str:
        """What messages call it; never with a password."""
        ...

    writers: int
    """How many transactions that write are worth having under way at once."""

    @property
    def is_open(self) -> bool:
        """Between ``open`` and ``close``."""
        ...

    def mark(self) -> Hashable | None:
        """Another one after every commit of any process; ``None``: it cannot be told.

        Costs no visit. Who wants to know whether anything has changed since a read takes it before
        that read.
        """
        ...

    async def open(self) -> None:
        """Be ready for use."""
        ...

    async def close(self) -> None:
        """Let go of all connections, after what runs on them; idempotent."""
        ...

    async def read[T](self, work: Work[T]) -> T:
        """As ``Database.read``."""
        ...

    async def write[T](self, work: Work[T], *, alone: bool = False) -> T:
        """As ``Database.write``."""
        ...

    def writing(self, *, alone: bool = False) -> AbstractAsyncContextManager[Session]:
        """As ``Database.writing``."""
        ...
