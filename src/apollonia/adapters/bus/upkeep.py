"""What the bus' file needs now and then: leases renewed or ended, free pages given back."""

import sqlite3

from apollonia.adapters.bus.holders import Holder
from apollonia.adapters.bus.statements import end_leases_of, give_back_expired

MAX_DELAY_S = 3600.0
_FREE_PAGES_KEPT = 1024
_PAGES_PER_STEP = 4096


def renew(raw: sqlite3.Connection, holder: str, expires_micros: int) -> None:
    """Keep what this process holds."""
    raw.execute("UPDATE lease SET expires_micros = ? WHERE holder = ?", (expires_micros, holder))


def others(raw: sqlite3.Connection, holder: str) -> list[str]:
    """The processes that hold something, without this one."""
    rows = raw.execute("SELECT DISTINCT holder FROM lease WHERE holder <> ?", (holder,))
    return [name for (name,) in rows]


def give_back_lost(raw: sqlite3.Connection, holder: Holder, now: int) -> None:
    """Return what dead processes held, what ran out, and what a clock set back put too far away."""
    for name in others(raw, holder.name):
        if holder.is_dead(name):
            end_leases_of(raw, name)
    give_back_expired(raw, now)
    beyond = now + round(2 * MAX_DELAY_S * 1_000_000)
    for (queue,) in raw.execute("SELECT id FROM queue").fetchall():
        raw.execute("UPDATE delivery SET slot = 0 WHERE queue = ? AND slot > ?", (queue, beyond))


def free_pages(raw: sqlite3.Connection) -> int:
    """How many pages could go back to the file system."""
    (free,) = raw.execute("PRAGMA freelist_count").fetchone()
    return max(0, int(free) - _FREE_PAGES_KEPT)


def shrink(raw: sqlite3.Connection) -> None:
    """Give some free pages back; short enough not to be in anyone's way."""
    raw.execute(f"PRAGMA incremental_vacuum({min(_PAGES_PER_STEP, free_pages(raw))})").fetchall()
