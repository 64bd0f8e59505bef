"""Checksum files that are due to be compared, beside the entries that they are about."""

import sqlite3

from apollonia.adapters.index.rows import path_in, split
from apollonia.ports.index import Check, Commit

_TOUCH = "UPDATE checks SET marks = marks + 1 WHERE folder = ?"
_MARK = """
    INSERT INTO checks (folder, name) VALUES (?, ?)
    ON CONFLICT (folder, name) DO UPDATE SET marks = marks + 1, result = NULL
"""
_DONE = "UPDATE checks SET compared = ?, result = ? WHERE folder = ? AND name = ?"
_FORGET = "DELETE FROM checks WHERE folder = ? AND name = ? AND marks = ?"
_DUE = """
    SELECT folder, name, marks, result FROM checks INDEXED BY checks_due
    WHERE marks > compared AND (folder = :folder OR (folder >= :low AND folder < :high))
    ORDER BY folder, name LIMIT :limit
"""


def commit_checks(commit: Commit, connection: sqlite3.Connection) -> None:
    """What a commit says of checksum files, in its transaction."""
    if commit.touched:
        connection.executemany(_TOUCH, [(folder,) for folder in commit.touched])
    if commit.checks:
        connection.executemany(_MARK, map(split, commit.checks))
    for done in commit.compared:
        if done.result is None:
            connection.execute(_FORGET, (*split(done.path), done.marks))
        else:
            connection.execute(_DONE, (done.marks, done.result, *split(done.path)))


def due_checks(inside: dict[str, bytes], limit: int, connection: sqlite3.Connection) -> list[Check]:
    """By the partial index of what is due."""
    rows = connection.execute(_DUE, {**inside, "limit": limit}).fetchall()
    return [Check(path_in(folder, name), marks, result) for folder, name, marks, result in rows]
