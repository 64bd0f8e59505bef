"""Leases, reports and what people want, on an SQL database."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy.engine import Connection

from apollonia.adapters.catalog import event_log
from apollonia.adapters.catalog.folding import clean
from apollonia.adapters.control import leases, wishes
from apollonia.adapters.control.root_reports import report_of, status_of
from apollonia.adapters.database.bulk import change_by_keys, driver_of, run
from apollonia.adapters.database.engine import Database
from apollonia.domain.ids import uuid7
from apollonia.domain.paths import display
from apollonia.domain.roots import RootStatus
from apollonia.domain.times import format_micros
from apollonia.errors import ConflictError
from apollonia.ports.catalog import LoggedEvent
from apollonia.ports.control import Desired, Lease, root_lease

_MICROS = 1_000_000
_ADD = "INSERT INTO root_reports (root, report) VALUES (?, ?) ON CONFLICT (root) DO"
_REPORT = f"{_ADD} UPDATE SET report = excluded.report"
_FIRST_REPORT = f"{_ADD} NOTHING"
_REPORTS = (
    "SELECT report, paused FROM root_reports"
    " LEFT JOIN root_wishes ON root_wishes.root = root_reports.root ORDER BY root_reports.root"
)
_DESIRED = (  # one visit: every ingestor asks this every second or two, for ever
    "SELECT (SELECT holder FROM leases WHERE name = ? AND expires_us > ?),"
    " (SELECT paused FROM root_wishes WHERE root = ?), number, folder, verify"
    " FROM (SELECT 1 AS one) AS always LEFT JOIN scan_requests ON root = ? ORDER BY number"
)
_TRUSTED_S = 10.0  # leases run out by our clock, although nobody commits anything


class SqlControl:
    """``Control`` of ``ports/control.py``; the database is opened and closed by whoever made it.

    ``now`` gives seconds since 1970; by default it is the clock of the database, which is one for
    all who share it, whatever their own clocks say.
    """

    def __init__(self, database: Database, *, now: Callable[[], float] | None = None) -> None:
        self._database = database
        self._now = now

    async def acquire(self, name: str, holder: str, ttl: float) -> Lease:
        """Take the lease; who has it already keeps its token and gets more time."""
        return await self._take(Lease(name, holder, 0), ttl, force=False)

    async def take_over(self, name: str, holder: str, ttl: float) -> Lease:
        """Take the lease, whoever has it."""
        return await self._take(Lease(name, holder, 0), ttl, force=True)

    async def renew(self, lease: Lease, ttl: float, *, last_timestamp_us: int = 0) -> None:
        """Keep it; one that ran out is lost only once another holder took it."""

        def keep(at: Connection) -> None:
            leases.keep(at, lease, leases.end_us(self._now_us(at), ttl), last_timestamp_us)

        await self._database.write(keep)

    async def release(self, lease: Lease, *, last_timestamp_us: int = 0) -> None:
        """Give it back; nothing happens when it was lost."""

        def let_go(at: Connection) -> None:
            try:
                leases.keep(at, lease, 0, last_timestamp_us)
            except ConflictError:
                return

        await self._database.write(let_go)

    async def holders(self, names: Collection[str]) -> Mapping[str, str]:
        """Who has these leases now."""
        return await self._database.read(lambda at: leases.holders_of(at, names, self._now_us(at)))

    async def forget_leases(self, prefix: str, idle_s: float) -> None:
        """Drop those that are free for so long."""
        idle_us = int(idle_s * _MICROS)
        await self._database.write(lambda at: leases.forget(at, prefix, self._now_us(at) - idle_us))

    async def report_root(self, status: RootStatus, *, by: str | None = None) -> None:
        """What the root's ingestor is doing; replaces the report before."""
        name = clean(status.root)

        def report(at: Connection) -> None:
            is_ours = by is None or _is_ours(at, status.root, by, self._now_us(at))
            statement = _REPORT if is_ours else _FIRST_REPORT
            run(at, statement, (name, report_of(status)))

        await self._database.write(report)

    async def roots(self) -> Sequence[RootStatus]:
        """The last report of every root, by path, with what is wanted of it by now."""

        def reports(at: Connection) -> Sequence[RootStatus]:
            return tuple(_with_wish(status_of(row[0]), row[1]) for row in run(at, _REPORTS))

        return await self._database.read(reports)

    async def forget_roots(self, keep: Sequence[str], *, by: str | None = None) -> None:
        """Drop the reports of roots that are no longer configured."""
        kept = {clean(root) for root in keep}

        def drop(at: Connection) -> None:
            now = self._now_us(at)
            rows = run(at, "SELECT root FROM root_reports")
            gone = [root for (root,) in rows if root not in kept and _is_ours(at, root, by, now)]
            change_by_keys(at, "DELETE FROM root_reports WHERE root IN {keys}", gone)

        await self._database.write(drop)

    async def desired(self, root: str) -> Desired:
        """What is wanted of a root."""
        name = clean(root)

        def look(at: Connection) -> Desired:
            rows = run(at, _DESIRED, (root_lease(root), self._now_us(at), name, name))
            holder, paused = rows[0][:2]
            scans = wishes.requests_of(row[2:] for row in rows if row[2] is not None)
            return Desired(bool(paused), scans, holder)

        now = (self._now or time.time)()
        return await self._database.recall(("desired", name, now // _TRUSTED_S), look)

    async def set_paused(self, root: str, paused: bool) -> None:  # noqa: FBT001 - the value itself
        """Whether the root is to rest."""
        name = clean(root)

        def pause(at: Connection) -> None:
            wishes.require_known(at, name)
            wishes.pause(at, name, paused=paused)
            self._log(at, name, {"paused": paused})

        await self._database.write(pause)

    async def request_scan(
        self, root: str, *, folder: bytes | None = None, verify: bool = False
    ) -> None:
        """Ask the root's ingestor for a scan."""
        name = clean(root)

        def ask(at: Connection) -> None:
            wishes.require_known(at, name)
            wishes.add(at, name, folder, verify=verify)
            where = None if folder is None else display(folder)
            self._log(at, name, {"scan": where, "verify": verify})

        await self._database.write(ask)

    async def finish_scans(self, root: str, up_to: int) -> None:
        """The requests up to this number are carried out."""
        await self._database.write(lambda at: wishes.drop(at, clean(root), up_to))

    async def _take(self, lease: Lease, ttl: float, *, force: bool) -> Lease:
        return await self._database.write(
            lambda at: leases.take(at, lease, self._now_us(at), ttl, force=force)
        )

    def _log(self, connection: Connection, root: str, wish: Mapping[str, Any]) -> None:
        now = format_micros(self._now_us(connection))
        event = LoggedEvent(
            event_id=uuid7(),
            entity="control",
            subject=f"root:{root}",
            actor=None,
            timestamp=now,
            received_time=now,
            origin=None,
            traceparent=None,
            body=orjson.dumps(wish),
        )
        event_log.append(connection, [event])

    def _now_us(self, connection: Connection) -> int:
        now = self._now
        return driver_of(connection).now_us(connection) if now is None else int(now() * _MICROS)


def _with_wish(status: RootStatus, paused: int | None) -> RootStatus:
    return status if paused is None else replace(status, paused=bool(paused))


def _is_ours(connection: Connection, root: str, by: str | None, now_us: int) -> bool:
    """Whether ``by`` may speak for the root: nobody else has its lease, or he need not ask."""
    return by is None or leases.holder_of(connection, root_lease(root), now_us) in {by, None}
