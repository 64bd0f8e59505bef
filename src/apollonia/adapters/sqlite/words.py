"""What an error of SQLite means for a person."""

import sqlite3
from pathlib import Path

_WORDS = {
    sqlite3.SQLITE_FULL: "no space left to write {path}: free some disk space; nothing is lost,"
    " the work goes on by itself",
    sqlite3.SQLITE_BUSY: "{path} stays locked by another process: is a backup or a second"
    " installation using this data folder?",
    sqlite3.SQLITE_LOCKED: "{path} stays locked by another connection of this process",
    sqlite3.SQLITE_READONLY: "{path} is read-only: make the data folder writable for this user",
    sqlite3.SQLITE_PERM: "{path} may not be opened: give this user access to the data folder",
    sqlite3.SQLITE_CANTOPEN: "{path} cannot be opened: does the data folder exist, and may this"
    " user write there?",
    sqlite3.SQLITE_IOERR: "reading or writing {path} failed: look at the disk's health",
    sqlite3.SQLITE_CORRUPT: "{path} is damaged: move it away (a new one is made) or restore it"
    " from a backup",
    sqlite3.SQLITE_NOTADB: "{path} is no SQLite database: move it away, a new one is made",
}
_BROKEN = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_READONLY,
    }
)


def words_for(error: sqlite3.Error, path: Path) -> str:
    """What failed, on which file, and what to do."""
    return f"{_WORDS.get(_primary_code(error), '{path}').format(path=path)} ({error})"


def is_broken(error: sqlite3.Error) -> bool:
    """Whether the connection should be opened anew."""
    return _primary_code(error) in _BROKEN


def _primary_code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
