"""How a connection to the SQLite file is set up."""

import sqlite3
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

_WAL_RETRY_S = 0.05
_WAL_PAGES_BEFORE_CHECKPOINT = 8_000  # 64 MiB: a batch in a large catalog writes 10 MiB
_PAGE_BYTES = 8_192  # against 4,096: a tenth less work per file, a sixth less disk
_WAL_SIZE_LIMIT = 128 << 20
_MINIMUM_SQLITE = (3, 35, 0)  # RETURNING


@dataclass(frozen=True, slots=True)
class Setup:
    """What differs between the writing connection and the reading ones; sizes in MiB."""

    begin: str
    read_only: bool
    cache_mib: int
    mmap_mib: int
    busy_timeout_s: float
    live: str = ""
    """A file that is read where this one has no such table."""


def set_up(engine: Engine, setup: Setup) -> None:
    """Configure each new connection of the engine, and begin transactions as ``setup`` says."""

    @event.listens_for(engine, "connect")
    def configure(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        try:
            cursor.execute(f"PRAGMA page_size = {_PAGE_BYTES}")  # only before the first table
            _enter_wal(cursor, time.monotonic() + setup.busy_timeout_s)
            for pragma in _pragmas(setup):
                cursor.execute(f"PRAGMA {pragma}")
            if setup.live:
                record.info["live"] = "live"
                cursor.execute("ATTACH DATABASE ? AS live", (setup.live,))
                cursor.execute("PRAGMA main.synchronous = OFF")  # made anew when it is lost
        finally:
            cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        cursor = connection.connection.cursor()
        cursor.execute(setup.begin)
        cursor.close()


def connect_arguments(busy_timeout_s: float) -> dict[str, Any]:
    """For the driver: no transactions of its own making, and statements kept prepared."""
    return {
        "timeout": busy_timeout_s,
        "isolation_level": None,
        "cached_statements": 512,
        "check_same_thread": False,  # a pool of threads takes connections from a pool of its own
    }


def is_old_sqlite() -> bool:
    """Whether the SQLite in this Python lacks what we need."""
    return sqlite3.sqlite_version_info < _MINIMUM_SQLITE


def _pragmas(setup: Setup) -> tuple[str, ...]:
    return (
        # FULL: the bus forgets a message once its batch is committed, so a commit has to survive
        # a power cut. NORMAL keeps the file sound but may lose the newest commits.
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = OFF",  # some builds overwrite whatever is deleted, at twice the writes
        "temp_store = MEMORY",
        f"cache_size = -{setup.cache_mib * 1024}",
        f"mmap_size = {setup.mmap_mib << 20}",
        f"wal_autocheckpoint = {_WAL_PAGES_BEFORE_CHECKPOINT}",
        f"journal_size_limit = {_WAL_SIZE_LIMIT}",
        f"query_only = {'ON' if setup.read_only else 'OFF'}",
    )


def _enter_wal(cursor: Any, deadline: float) -> None:
    """SQLite does not wait for this lock by itself when two processes open a new file at once."""
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except (sqlite3.OperationalError, DBAPIError) as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_WAL_RETRY_S)
        else:
            return
