"""What people say, on an SQL database."""

from apollonia.adapters.edits.sql_edits import SqlEdits

__all__ = ["SqlEdits"]
