"""Leases as rows: each function is one visit to the database, within a transaction."""

from collections.abc import Iterable, Mapping

from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import lock_names, run, select_by_keys
from apollonia.errors import ConflictError
from apollonia.ports.control import Lease

_MICROS = 1_000_000
_MAX_TTL_S = 10 * 365 * 86_400.0
_FIND = "SELECT holder, token, expires_us, last_timestamp_us FROM leases WHERE name = ?"
_TAKE = (
    "INSERT INTO leases (name, holder, token, expires_us) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, token = excluded.token,"
    " expires_us = excluded.expires_us"
)
_KEEP = (
    "UPDATE leases SET expires_us = ?, last_timestamp_us ="
    " CASE WHEN last_timestamp_us < ? THEN ? ELSE last_timestamp_us END"
    " WHERE name = ? AND holder = ? AND token = ? AND expires_us > 0 RETURNING token"
)
_HOLDERS = "SELECT name, holder, expires_us FROM leases WHERE name IN {keys}"
_FORGET = "DELETE FROM leases WHERE name >= ? AND name < ? AND expires_us < ?"
_LAST_SIGN = "\uffff"
_HOLDER = "SELECT holder FROM leases WHERE name = ? AND expires_us > ?"


def take(connection: Connection, lease: Lease, now_us: int, ttl: float, *, force: bool) -> Lease:
    """The lease for ``lease.holder``, who keeps its token where it is his already.

    Raises:
        ConflictError: another one has it, and ``force`` does not say to take it from him.
    """
    lock_names(connection, f"lease {lease.name}")
    found = run(connection, _FIND, (lease.name,))
    owner, token, expires, last = found[0] if found else (None, 0, 0, 0)
    is_live = expires > now_us
    if is_live and owner != lease.holder and not force:
        left = (expires - now_us) / _MICROS
        raise ConflictError(
            f"{lease.name} is held by {owner} for another {left:.0f} s: stop that one, wait, or"
            " start this one with --take-over"
        )
    if not is_live or owner != lease.holder:
        token += 1
    run(connection, _TAKE, (lease.name, lease.holder, token, end_us(now_us, ttl)))
    previous = owner if owner != lease.holder else None
    return Lease(lease.name, lease.holder, token, last, previous, expires == 0)


def keep(connection: Connection, lease: Lease, ends_us: int, stamp_us: int) -> None:
    """More time for it, or (``ends_us`` 0) none any more.

    Raises:
        ConflictError: it was lost, to whom, or it was given back.
    """
    values = (ends_us, stamp_us, stamp_us, lease.name, lease.holder, lease.token)
    if not run(connection, _KEEP, values):
        found = run(connection, _FIND, (lease.name,))
        went = f" to {found[0][0]}" if found and found[0][2] else ": it was given back"
        raise ConflictError(f"the lease on {lease.name} was lost{went}")


def holder_of(connection: Connection, name: str, now_us: int) -> str | None:
    """Who has it now."""
    found = run(connection, _HOLDER, (name, now_us))
    return str(found[0][0]) if found else None


def holders_of(connection: Connection, names: Iterable[str], now_us: int) -> Mapping[str, str]:
    """Who has these now; those that are free are left out."""
    rows = select_by_keys(connection, _HOLDERS, names)
    return {name: holder for name, holder, expires in rows if expires > now_us}


def forget(connection: Connection, prefix: str, before_us: int) -> None:
    """Drop the leases whose names begin so, and that ran out or were given back before."""
    run(connection, _FORGET, (prefix, prefix + _LAST_SIGN, before_us))


def end_us(now_us: int, ttl: float) -> int:
    """When a lease taken now runs out."""
    return now_us + int(min(ttl, _MAX_TTL_S) * _MICROS)
