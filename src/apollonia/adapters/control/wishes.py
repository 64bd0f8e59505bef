"""What people want of a root, as rows: each function is one visit, within a transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import run
from apollonia.errors import NotFoundError
from apollonia.ports.control import MAX_SCAN_REQUESTS, ScanRequest

_KNOWN = "SELECT 1 FROM root_reports WHERE root = ?"
_PAUSE = (
    "INSERT INTO root_wishes (root, paused) VALUES (?, ?)"
    " ON CONFLICT (root) DO UPDATE SET paused = excluded.paused"
)
_COUNT = (
    "INSERT INTO root_wishes (root, requests) VALUES (?, 1)"
    " ON CONFLICT (root) DO UPDATE SET requests = root_wishes.requests + 1 RETURNING requests"
)
_ADD = "INSERT INTO scan_requests (root, number, folder, verify) VALUES (?, ?, ?, ?)"
_WAITING = "SELECT number, folder, verify FROM scan_requests WHERE root = ? ORDER BY number"
_DROP = "DELETE FROM scan_requests WHERE root = ? AND number <= ?"


def require_known(connection: Connection, root: str) -> None:
    """Raises ``NotFoundError`` for a root that nobody has reported."""
    if not run(connection, _KNOWN, (root,)):
        raise NotFoundError(f"{root} is not a watched root: see the list of roots")


def pause(connection: Connection, root: str, *, paused: bool) -> None:
    """From now on."""
    run(connection, _PAUSE, (root, paused))


def requests_of(rows: Iterable[Sequence[Any]]) -> tuple[ScanRequest, ...]:
    """From rows of ``number, folder, verify``."""
    return tuple(
        ScanRequest(number, None if folder is None else bytes(folder), bool(verify))
        for number, folder, verify in rows
    )


def add(connection: Connection, root: str, folder: bytes | None, *, verify: bool) -> None:
    """One more; too many become one."""
    number = run(connection, _COUNT, (root,))[0][0]
    before = requests_of(run(connection, _WAITING, (root,)))
    if len(before) >= MAX_SCAN_REQUESTS:
        drop(connection, root, number)
        folder, verify = None, verify or any(request.verify for request in before)
    run(connection, _ADD, (root, number, folder, verify))


def drop(connection: Connection, root: str, up_to: int) -> None:
    """These need not be carried out any more."""
    run(connection, _DROP, (root, up_to))
