"""How long a queue of the embedded bus is, asked from another process."""

import sqlite3
from contextlib import closing
from pathlib import Path


def depth(file: Path, queue: str) -> int:
    """Messages that wait or are held."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as connection:
        row = connection.execute("SELECT depth FROM queue WHERE name = ?", (queue,)).fetchone()
    return int(row[0]) if row else 0
