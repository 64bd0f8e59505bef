"""Ingest's own memory."""

from apollonia.adapters.index.sqlite import SqliteIndex

__all__ = ["SqliteIndex"]
