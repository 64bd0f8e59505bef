"""Leases, reports and requests on an SQL database."""

import time
from collections.abc import Callable, Sequence

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.folding import clean
from apollonia.adapters.control.root_reports import report_of, status_of
from apollonia.adapters.database.bulk import change_by_keys, run
from apollonia.adapters.database.engine import Database
from apollonia.domain.roots import RootStatus
from apollonia.errors import ConflictError, NotFoundError
from apollonia.ports.control import Lease

_MICROS = 1_000_000
_MAX_TTL_S = 10 * 365 * 86_400.0
_FIND = "SELECT holder, token, expires_us FROM leases WHERE name = ?"
_TAKE = (
    "INSERT INTO leases (name, holder, token, expires_us) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, token = excluded.token,"
    " expires_us = excluded.expires_us"
)
_RENEW = (
    "UPDATE leases SET expires_us = ? WHERE name = ? AND holder = ? AND token = ? RETURNING token"
)
_RELEASE = (
    "UPDATE leases SET expires_us = 0, holder = '' WHERE name = ? AND holder = ? AND token = ?"
)
_REPORT = (
    "INSERT INTO root_reports (root, report) VALUES (?, ?)"
    " ON CONFLICT (root) DO UPDATE SET report = excluded.report"
)
_REQUEST = (
    "INSERT INTO rescan_requests (root, requests) VALUES (?, 1)"
    " ON CONFLICT (root) DO UPDATE SET requests = rescan_requests.requests + 1"
)


class SqlControl:
    """``Control`` of ``ports/control.py``; the database is opened and closed by whoever made it.

    ``now`` gives seconds since 1970; the processes that share the file share the machine's clock.
    """

    def __init__(self, database: Database, *, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now

    async def acquire(self, name: str, holder: str, ttl: float) -> Lease:
        """Take the lease; who has it already keeps its token and gets more time."""

        def take(at: Connection) -> Lease:
            now = self._now_us()
            found = run(at, _FIND, (name,))
            owner, token, expires = found[0] if found else (None, 0, 0)
            if expires > now and owner != holder:
                left = (expires - now) / _MICROS
                raise ConflictError(
                    f"{name} is held by {owner} for another {left:.0f} s: stop that one, or wait"
                )
            if expires <= now:
                token += 1
            run(at, _TAKE, (name, holder, token, self._end_us(now, ttl)))
            return Lease(name, holder, token)

        return await self._database.write(take)

    async def renew(self, lease: Lease, ttl: float) -> None:
        """Keep it; one that ran out is lost only once another holder took it."""

        def keep(at: Connection) -> None:
            ends = self._end_us(self._now_us(), ttl)
            if not run(at, _RENEW, (ends, lease.name, lease.holder, lease.token)):
                raise ConflictError(f"the lease on {lease.name} was lost{_to(at, lease.name)}")

        await self._database.write(keep)

    async def release(self, lease: Lease) -> None:
        """Give it back; nothing happens when it was lost."""
        values = (lease.name, lease.holder, lease.token)
        await self._database.write(lambda at: run(at, _RELEASE, values))

    async def report_root(self, status: RootStatus) -> None:
        """What the root's ingestor is doing; replaces the report before."""
        await self._database.write(
            lambda at: run(at, _REPORT, (clean(status.root), report_of(status)))
        )

    async def roots(self) -> Sequence[RootStatus]:
        """The last report of every root, by path."""

        def reports(at: Connection) -> Sequence[RootStatus]:
            rows = run(at, "SELECT report FROM root_reports ORDER BY root")
            return tuple(status_of(row[0]) for row in rows)

        return await self._database.read(reports)

    async def forget_roots(self, keep: Sequence[str]) -> None:
        """Drop the reports of roots that are no longer configured."""
        kept = {clean(root) for root in keep}

        def drop(at: Connection) -> None:
            rows = run(at, "SELECT root FROM root_reports")
            gone = [row[0] for row in rows if row[0] not in kept]
            change_by_keys(at, "DELETE FROM root_reports WHERE root IN {keys}", gone)

        await self._database.write(drop)

    async def request_rescan(self, root: str) -> None:
        """Ask the root's ingestor for a scan."""
        name = clean(root)

        def ask(at: Connection) -> None:
            if not run(at, "SELECT 1 FROM root_reports WHERE root = ?", (name,)):
                raise NotFoundError(f"{root} is not a watched root: see the list of roots")
            run(at, _REQUEST, (name,))

        await self._database.write(ask)

    async def rescan_requests(self, root: str) -> int:
        """How often a scan was asked for, ever."""
        statement = "SELECT requests FROM rescan_requests WHERE root = ?"
        rows = await self._database.read(lambda at: run(at, statement, (clean(root),)))
        return int(rows[0][0]) if rows else 0

    def _now_us(self) -> int:
        return int(self._now() * _MICROS)

    def _end_us(self, now: int, ttl: float) -> int:
        return now + int(min(ttl, _MAX_TTL_S) * _MICROS)


def _to(connection: Connection, name: str) -> str:
    rows = run(connection, "SELECT holder FROM leases WHERE name = ?", (name,))
    return f" to {rows[0][0]}" if rows and rows[0][0] else ": it was given back"
