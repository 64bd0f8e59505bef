"""The ingest index in one SQLite file."""

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from apollonia.adapters.index.checks import commit_checks, due_checks
from apollonia.adapters.index.connection import IndexConnection
from apollonia.adapters.index.rows import (
    COLUMNS,
    path_in,
    signed,
    split,
    to_entry,
    to_row,
    unsigned,
)
from apollonia.ports.bus import Message
from apollonia.ports.index import UNREAD, Check, Commit, Entry, Fingerprint, RootRecord, Unsent

_FINGERPRINTS = """
    SELECT e.name, e.size, e.mtime_ns, e.ctime_ns, e.inode, e.error_code
    FROM folders f JOIN entries e ON e.folder_id = f.id
    WHERE f.path = ? AND e.gone_micros IS NULL
"""
_ENTRY = f"""
    SELECT {COLUMNS} FROM entries
    WHERE folder_id = (SELECT id FROM folders WHERE path = ?) AND name = ?
"""  # noqa: S608 - our own column names
_BY_INODE = f"""
    SELECT f.path, e.name, {COLUMNS} FROM entries e JOIN folders f ON f.id = e.folder_id
    WHERE e.inode = ? AND e.device = ?
"""  # noqa: S608 - our own column names
_BY_CONTENT = f"""
    SELECT f.path, e.name, {COLUMNS} FROM entries e JOIN folders f ON f.id = e.folder_id
    WHERE e.sha256 = ? AND e.file_id IS NOT NULL LIMIT ?
"""  # noqa: S608 - our own column names
_INSIDE = "(f.path = :folder OR (f.path >= :low AND f.path < :high))"
_FOLDERS_UNDER = f"""
    SELECT f.path FROM folders f WHERE {_INSIDE} AND EXISTS (
        SELECT 1 FROM entries e WHERE e.folder_id = f.id AND e.gone_micros IS NULL)
    ORDER BY f.path
"""  # noqa: S608 - a constant condition
_COUNT_UNDER = f"""
    SELECT count(*) FROM folders f JOIN entries e ON e.folder_id = f.id
    WHERE {_INSIDE} AND e.gone_micros IS NULL
"""  # noqa: S608 - a constant condition
_RENUMBER = f"""
    UPDATE entries SET device = :now WHERE device = :before AND folder_id IN (
        SELECT f.id FROM folders f WHERE {_INSIDE})
"""  # noqa: S608 - a constant condition
_PUT_ENTRY = "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_PUT_MESSAGE = """
    INSERT INTO outbox (message_id, schema, headers, body) VALUES (?, ?, ?, ?)
    ON CONFLICT (message_id) DO NOTHING
"""
_PUT_STAMP = """
    INSERT INTO roots (path, last_timestamp) VALUES (?, ?)
    ON CONFLICT (path) DO UPDATE SET last_timestamp = max(last_timestamp, excluded.last_timestamp)
"""
_PUT_SCAN = """
    INSERT INTO roots (path, device, last_scan_micros) VALUES (?, ?, ?)
    ON CONFLICT (path) DO UPDATE SET
        device = excluded.device, last_scan_micros = excluded.last_scan_micros
"""


class SqliteIndex:
    """``Index`` on SQLite; opened by its first use, by one process at a time."""

    def __init__(self, path: Path) -> None:
        self._database = IndexConnection(path)

    async def fingerprints(
        self, folders: Sequence[bytes]
    ) -> Mapping[bytes, Mapping[bytes, Fingerprint]]:
        """One range read per folder."""
        return await self._database.read(partial(_fingerprints, folders))

    async def entries(self, paths: Collection[bytes]) -> Mapping[bytes, Entry]:
        """By primary key."""
        return await self._database.read(partial(_entries, paths))

    async def entries_by_inode(self, inodes: Collection[tuple[int, int]]) -> Sequence[Entry]:
        """By the inode's own database index."""
        return await self._database.read(partial(_by_inode, inodes))

    async def entries_by_content(self, hashes: Collection[str], limit_each: int) -> Sequence[Entry]:
        """By the content's own database index."""
        return await self._database.read(partial(_by_content, hashes, limit_each))

    async def folders_under(self, folder: bytes) -> Sequence[bytes]:
        """A range of the folders' paths."""
        return await self._database.read(partial(_folders_under, folder))

    async def count_under(self, folder: bytes) -> int:
        """Counts rows: about 10 million a second."""
        return await self._database.read(partial(_count_under, folder))

    async def commit(self, commit: Commit) -> None:
        """One transaction, on disk at its end."""
        await self._database.write(partial(_commit, commit))

    async def unsent(self, limit: int) -> Sequence[Unsent]:
        """In the order of the outbox."""
        return await self._database.read(partial(_unsent, limit))

    async def unsent_count(self) -> int:
        """Rows of the outbox."""
        return await self._database.read(_unsent_count)

    async def mark_sent(self, positions: Collection[int]) -> None:
        """Sent rows leave."""
        rows = [(position,) for position in positions]
        await self._database.write(partial(_delete_sent, rows))

    async def root(self, root: bytes) -> RootRecord:
        """One row."""
        return await self._database.read(partial(_root, root))

    async def save_scan(self, root: bytes, device: int, scan_micros: int) -> None:
        """One row."""
        await self._database.write(partial(_save_scan, root, device, scan_micros))

    async def verified(self, top: bytes) -> Collection[bytes]:
        """One row for each folder."""
        return await self._database.read(partial(_verified, top))

    async def save_verified(self, top: bytes, folders: Collection[bytes]) -> None:
        """In one transaction."""
        await self._database.write(partial(_save_verified, top, folders))

    async def forget_verified(self, top: bytes) -> None:
        """All its rows."""
        await self._database.write(partial(_forget_verified, top))

    async def due_checks(self, folder: bytes, limit: int) -> Sequence[Check]:
        """A range of what is due."""
        return await self._database.read(partial(due_checks, _inside(folder), limit))

    async def prune(self, before_micros: int) -> int:
        """Tombstones first, then the folders that they leave empty."""
        return await self._database.write(partial(_prune, before_micros))

    async def ping(self) -> None:
        """An empty writing transaction."""
        await self._database.write(lambda _: None)

    async def close(self) -> None:
        """Closes the file and ends the thread."""
        await self._database.close()


def _fingerprints(
    folders: Sequence[bytes], connection: sqlite3.Connection
) -> dict[bytes, dict[bytes, Fingerprint]]:
    found: dict[bytes, dict[bytes, Fingerprint]] = {}
    for folder in folders:
        rows = connection.execute(_FINGERPRINTS, (folder,)).fetchall()
        found[folder] = {
            name: (
                size,
                mtime,
                ctime,
                inode if inode >= 0 and code is None else _inode(inode, code),
            )
            for name, size, mtime, ctime, inode, code in rows
        }
    return found


def _inode(inode: int, code: str | None) -> int:
    """As ``Fingerprint`` has it."""
    return ~unsigned(inode) if code in UNREAD else unsigned(inode)


def _entries(paths: Collection[bytes], connection: sqlite3.Connection) -> dict[bytes, Entry]:
    found: dict[bytes, Entry] = {}
    for path in paths:
        row = connection.execute(_ENTRY, split(path)).fetchone()
        if row is not None:
            found[path] = to_entry(path, row)
    return found


def _by_inode(inodes: Collection[tuple[int, int]], connection: sqlite3.Connection) -> list[Entry]:
    found: list[Entry] = []
    for device, inode in inodes:
        rows = connection.execute(_BY_INODE, (signed(inode), signed(device))).fetchall()
        found.extend(to_entry(path_in(folder, name), tuple(row)) for folder, name, *row in rows)
    return found


def _by_content(
    hashes: Collection[str], limit_each: int, connection: sqlite3.Connection
) -> list[Entry]:
    found: list[Entry] = []
    for sha256 in hashes:
        rows = connection.execute(_BY_CONTENT, (bytes.fromhex(sha256), limit_each)).fetchall()
        found.extend(to_entry(path_in(folder, name), tuple(row)) for folder, name, *row in rows)
    return found


def _inside(folder: bytes) -> dict[str, bytes]:
    base = folder.rstrip(b"/")
    return {"folder": folder, "low": base + b"/", "high": base + b"0"}  # "0" follows "/"


def _folders_under(folder: bytes, connection: sqlite3.Connection) -> list[bytes]:
    return [path for (path,) in connection.execute(_FOLDERS_UNDER, _inside(folder)).fetchall()]


def _count_under(folder: bytes, connection: sqlite3.Connection) -> int:
    (count,) = connection.execute(_COUNT_UNDER, _inside(folder)).fetchone()
    return int(count)


def _commit(commit: Commit, connection: sqlite3.Connection) -> None:
    ids = _folder_ids({split(entry.path)[0] for entry in commit.entries}, connection)
    connection.executemany(
        _PUT_ENTRY, (to_row(entry, ids[split(entry.path)[0]]) for entry in commit.entries)
    )
    connection.executemany(_PUT_MESSAGE, map(_message_row, commit.messages))
    connection.executemany(_PUT_STAMP, commit.last_timestamps.items())
    commit_checks(commit, connection)


def _folder_ids(folders: Iterable[bytes], connection: sqlite3.Connection) -> dict[bytes, int]:
    ids: dict[bytes, int] = {}
    for folder in folders:
        row = connection.execute("SELECT id FROM folders WHERE path = ?", (folder,)).fetchone()
        if row is None:
            made = connection.execute("INSERT INTO folders (path) VALUES (?)", (folder,))
            row = (made.lastrowid,)
        ids[folder] = row[0]
    return ids


def _message_row(message: Message) -> tuple[Any, ...]:
    headers = orjson.dumps(dict(message.headers)).decode()
    return (message.message_id, message.schema, headers, message.body)


def _unsent(limit: int, connection: sqlite3.Connection) -> list[Unsent]:
    rows = connection.execute(
        "SELECT position, message_id, schema, headers, body FROM outbox ORDER BY position LIMIT ?",
        (limit,),
    ).fetchall()
    return [
        Unsent(position, Message(body, message_id, schema, orjson.loads(headers)))
        for position, message_id, schema, headers, body in rows
    ]


def _unsent_count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM outbox").fetchone()[0])


def _delete_sent(rows: Sequence[tuple[int]], connection: sqlite3.Connection) -> None:
    connection.executemany("DELETE FROM outbox WHERE position = ?", rows)


def _root(root: bytes, connection: sqlite3.Connection) -> RootRecord:
    row = connection.execute(
        "SELECT device, last_timestamp, last_scan_micros FROM roots WHERE path = ?", (root,)
    ).fetchone()
    if row is None:
        return RootRecord()
    device, last_timestamp, last_scan_micros = row
    return RootRecord(
        None if device is None else unsigned(device), last_timestamp, last_scan_micros
    )


def _save_scan(root: bytes, device: int, scan_micros: int, connection: sqlite3.Connection) -> None:
    """A disk may have got another number: then its files have it too."""
    before = _root(root, connection).device
    if before is not None and before != device:
        numbers = {"before": signed(before), "now": signed(device)}
        connection.execute(_RENUMBER, _inside(root) | numbers)
    connection.execute(_PUT_SCAN, (root, signed(device), scan_micros))


def _verified(top: bytes, connection: sqlite3.Connection) -> list[bytes]:
    rows = connection.execute("SELECT folder FROM verified WHERE top = ?", (top,)).fetchall()
    return [folder for (folder,) in rows]


def _save_verified(top: bytes, folders: Collection[bytes], connection: sqlite3.Connection) -> None:
    rows = [(top, folder) for folder in folders]
    connection.executemany("INSERT OR IGNORE INTO verified (top, folder) VALUES (?, ?)", rows)


def _forget_verified(top: bytes, connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM verified WHERE top = ?", (top,))


def _prune(before_micros: int, connection: sqlite3.Connection) -> int:
    gone = connection.execute("DELETE FROM entries WHERE gone_micros < ?", (before_micros,))
    if gone.rowcount:
        connection.execute(
            "DELETE FROM folders WHERE NOT EXISTS"
            " (SELECT 1 FROM entries WHERE entries.folder_id = folders.id)"
        )
    return gone.rowcount
